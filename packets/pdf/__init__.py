"""Write boxes as PDF files: content streams, structure tree, fonts, and what is done to finished files."""
