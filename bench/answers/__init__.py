"""What becomes of many questions on somebody's own documents, by the very code that ships."""
