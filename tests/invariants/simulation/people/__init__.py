"""The world outside of an installation: everybody who sends it requests and messages.

One module for each kind of person; ``simulation.kinds`` says what they do and how often, ``ledger``
what they were told.
"""

from tests.invariants.simulation.people.crowd import People

__all__ = ["People"]
