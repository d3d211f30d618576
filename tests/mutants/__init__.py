"""Deliberate faults in the product's code, and the simulation that has to find each of them."""
