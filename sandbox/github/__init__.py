"""A small GitHub: its API's behaviour over real git repositories, kept in memory.

Not modelled, and answered with 501 and in words where it can be asked for: comments on lines,
reviews that are not submitted at once or asked for; merge commits and rebases (only squash
merges); branches that must be up to date, and other rules than required checks; pushing by git;
teams, private repositories and rights that differ between repositories; assignees, milestones,
projects and locked issues; search; writing files by REST; releases and tags; bodies as HTML or
text; webhooks of organizations and of content type `form`. GraphQL's schema is cut to what is
modelled, so that any other field, argument or input is told as not modelled. Rate limits are
counted and told, but only the faults enforce them.
"""
