"""Pages of the service catalogue: find an item, apply for it, and check a certificate."""
