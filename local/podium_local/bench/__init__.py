"""What a task costs and how fast the laptop runs them: counted, not guessed (``make bench``)."""
