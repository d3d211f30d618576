"""Use cases: each takes values, asks the domain, and carries out what it decided through the ports."""
