"""GitHub's JSON for each kind of thing, the same in REST answers and webhooks.

Source: https://github.com/github/rest-api-description (the schemas' names are in the functions'
docstrings).
"""
