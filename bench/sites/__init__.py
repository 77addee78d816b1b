"""What becomes of the FAQ's entries on the pages that real generators build."""
