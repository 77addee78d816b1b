"""GitHub's REST API, one file a group of operations."""
