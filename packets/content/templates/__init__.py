"""Write starter files for authors."""
