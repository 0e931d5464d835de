"""A simulated city: whole matters with their times, made from data and a seed, never from people."""
