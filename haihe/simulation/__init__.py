"""A simulated city: whole matters made from data and a seed, never from real people."""
