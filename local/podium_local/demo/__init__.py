"""A shop on Podium: 25 orders, two kinds of workers, results checked against plain code (``make demo``)."""
