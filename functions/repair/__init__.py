"""What reached a dead end: failed stream batches and dead task messages."""
