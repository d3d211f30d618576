"""The gate: takes slots for limited tasks that wait, and lets them through to their workers."""
