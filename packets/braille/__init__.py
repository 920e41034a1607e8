"""Write a packet as a braille file (BRF), for an embosser or a braille display."""
