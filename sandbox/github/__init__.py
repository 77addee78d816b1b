"""A small GitHub: its API's behaviour over real git repositories, kept in memory.

Not modelled, and answered with 501 where it can be asked for: forks, reviews and marking a
draft as ready for them; merge commits and rebases (only squash merges); rulesets, and
branches that must be up to date; commit statuses; pushing by git; teams, private
repositories and rights that differ between repositories; drafts of issues, assignees and
milestones; the Actions API beyond check runs; webhooks of organizations and of content type
`form`; GraphQL cursors. Rate limits are counted and told, but only the faults enforce them.
"""
