"""Events: what EVENT tasks produce, and what handlers do with a message (engine.md 19)."""
