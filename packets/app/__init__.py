"""The doors, the command line and the nurse's page: here alone things are printed and exit codes made."""
