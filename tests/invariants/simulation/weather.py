"""How likely each fault is: every seed has a weather of its own, in which some faults never come."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.invariants.simulation.faults import CALL_FAULTS, OTHER_FAULTS, CallFault, Fault, Side

#: How many times as likely as usual all faults of a seed are, and each of them by itself: a storm of one
#: kind finds what a little of everything does not (swarm testing).
_ALL = (0.2, 0.6, 1.0, 1.0, 2.0)
_EACH = (0.0, 0.0, 0.5, 1.0, 1.0, 4.0)
#: How likely another job comes in between at a call.
_INTERLEAVING = (0.1, 0.5, 0.5, 0.9)
#: However bad the weather, a call succeeds more often than not.
_WORST = 0.5

#: What may strike at a point: the sum of all probabilities up to and including that of each fault.
Strikes = tuple[tuple[float, CallFault], ...]


class Weather:
    """Probabilities of faults: at a call, or else of what they strike."""

    def __init__(self, scale: Mapping[Fault, float], interleave: float) -> None:
        """``scale``: how many times as likely as usual; a fault that is missing does not happen."""
        self.interleave = interleave
        self._scale = scale
        self._chances = {
            fault: min(_WORST, probability * scale.get(fault, 0))
            for fault, probability in OTHER_FAULTS.items()
        }
        self._calls: dict[tuple[str, Side], Strikes] = {}

    @classmethod
    def drawn(cls, rng: random.Random) -> Weather:
        """That of a seed."""
        of_all = rng.choice(_ALL)
        return cls(
            {fault: of_all * rng.choice(_EACH) for fault in Fault}, rng.choice(_INTERLEAVING)
        )

    @classmethod
    def only(cls, *faults: Fault, scale: float = 1, interleave: float = 0) -> Weather:
        """Of these faults alone."""
        return cls(dict.fromkeys(faults, scale), interleave)

    def chance(self, fault: Fault) -> float:
        """Of a fault that strikes no call of ours."""
        return self._chances[fault]

    def at(self, call: str, side: Side) -> Strikes:
        """What may strike there; the last entry's sum is the probability that anything does."""
        try:
            return self._calls[call, side]
        except KeyError:
            found = self._calls[call, side] = self._strikes(call, side)
            return found

    def _strikes(self, call: str, side: Side) -> Strikes:
        total = 0.0
        found: list[tuple[float, CallFault]] = []
        for each in CALL_FAULTS:
            chance = each.probability * self._scale.get(each.fault, 0)
            if chance and each.side is side and each.strikes(call):
                total += chance
                found.append((total, each))
        excess = max(1.0, total / _WORST)
        return tuple((until / excess, each) for until, each in found)


CALM = Weather({}, 0)
