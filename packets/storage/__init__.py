"""Write files completely or not at all, lock folders, and keep the site key."""
