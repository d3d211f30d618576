"""Schedules: when they fire, what they start, what is remembered of it (rest-api.md 9)."""
