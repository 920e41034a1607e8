"""Independent tools that the tests measure PDF files with; they share no code with the renderer."""
