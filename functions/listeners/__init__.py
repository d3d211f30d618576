"""The listeners function."""
