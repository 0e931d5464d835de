"""The stories told of the city, played through the real doors and judged by what they promise."""
