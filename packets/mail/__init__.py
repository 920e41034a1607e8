"""Queue, check, and send packets by e-mail."""
