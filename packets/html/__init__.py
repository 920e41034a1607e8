"""Write a packet as one HTML file, for readers who enlarge it or have it read aloud."""
