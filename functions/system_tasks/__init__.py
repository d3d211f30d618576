"""System tasks with I/O (HTTP), one queue message each."""
