"""The deploy target: a process that builds the repository's docs and serves them as a website.

It stands for Vercel or Render: a push to the default branch becomes a build, the build goes live
in one step, and GitHub is told by deployment statuses. It knows nothing of shiploop but the form
of the entry markers in `docs/FAQ.md`.
"""
