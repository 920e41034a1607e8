"""Writing that needs shaping or runs from right to left: imported only where a text holds such a sign."""
