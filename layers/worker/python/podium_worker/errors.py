"""Errors of the worker library."""

from __future__ import annotations


class ConfigurationError(Exception):
    """The worker cannot run as it is set up; the message says what is missing."""


class TerminalError(Exception):
    """Raise it in a task function to fail the task for good: FAILED_WITH_TERMINAL_ERROR, no retry."""
