"""One module per task type."""
