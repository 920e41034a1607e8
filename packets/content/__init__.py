"""Read and check the author's files, and return them as model values; nothing else imports yaml."""
