"""Provide the web application: the same packets as on the command line, made in a browser on this machine."""
