"""Provide the web form: the packets of the command line, made in a browser on this machine."""
