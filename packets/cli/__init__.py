"""Provide the command line; each command is one module."""
