"""The ports on AWS primitives."""
