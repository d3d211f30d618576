"""Polls of HTTP workers, apart from the rest of the API: Lambda is billed for their wait."""
