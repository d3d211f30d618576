"""Podium: Netflix Conductor rebuilt on AWS serverless primitives."""

#: What ``GET /api/version`` answers; the same as in pyproject.toml.
VERSION = "0.1.0"
