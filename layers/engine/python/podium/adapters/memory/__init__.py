"""The ports in memory, for tests."""
