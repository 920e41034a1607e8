"""Make the packets and the print run of a surgery day."""
