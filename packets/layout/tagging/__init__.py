"""What makes a PDF accessible: the structure tree, marked content, metadata (ISO 32000-1 14.6-14.9, ISO 14289-1)."""
