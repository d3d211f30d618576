"""The ``podium`` command: everything a person does with a Podium server, from a terminal."""
