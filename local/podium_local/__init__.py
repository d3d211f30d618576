"""The laptop runtime and the podium command; never shipped to Lambda."""
