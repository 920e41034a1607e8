"""A FilledPacket in, drawn pages with their structure tree out; the home of reportlab."""
