"""Scenario ``soak``: many tasks, duplicates, kills and unreliable workers, and memory that stays bounded."""

from podium_local.bench.soak.running import Plan, soak

__all__ = ["Plan", "soak"]
