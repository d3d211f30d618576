"""The stream of the executions table: what guarantees that every workflow moves on."""
