"""A drill: one fault in a stack of its own, and whether production ends as it should."""
