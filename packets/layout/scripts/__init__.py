"""Scripts that need shaping or are written from right to left; imported only for a text that has such characters."""
