"""The pure rules of the engine: no clock, no randomness, no ids, no I/O."""
