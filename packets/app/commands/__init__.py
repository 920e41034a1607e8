"""One module for each command, read only when that command runs."""
