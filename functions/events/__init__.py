"""Messages of events, for the handlers of those events."""
