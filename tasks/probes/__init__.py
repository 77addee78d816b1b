"""What is looked at to tell how production is: one probe a file, listed in `registry`."""
