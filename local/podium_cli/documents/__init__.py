"""JSON that a user hands in, and the places in it."""
