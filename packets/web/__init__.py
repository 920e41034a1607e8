"""The nurse's page: requests of a browser on this machine in, the same packets as on the command line out."""
