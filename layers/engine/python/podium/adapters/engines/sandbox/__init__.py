"""Programs from definitions run in a process of their own, which may be killed at any time."""
