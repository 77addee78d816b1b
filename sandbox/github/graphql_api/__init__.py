"""GraphQL over the same state as REST."""
