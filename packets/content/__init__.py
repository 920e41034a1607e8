"""The author's files: read, checked, and handed on as values of the domain; the only home of yaml."""
