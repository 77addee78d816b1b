"""Sets shiploop up for a repository: what can be read of it is not asked."""
