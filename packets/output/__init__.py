"""From a filled packet to a finished file: rendered, read back, protected and written whole."""
