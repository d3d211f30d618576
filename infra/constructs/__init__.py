"""One construct per concern; each reads the topology and decides nothing of its own."""
