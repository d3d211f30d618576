"""Podium: Netflix Conductor rebuilt on AWS serverless primitives."""
