"""Timers: delay messages that fire, and the sweep of each minute."""
