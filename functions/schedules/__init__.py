"""The schedules function."""
