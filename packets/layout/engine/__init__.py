"""A packet's pages drawn once for each shape, and filled for each patient; docs/engine.md has the idea."""
