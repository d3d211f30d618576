"""The REST API (HTTP API, payload version 2.0)."""
