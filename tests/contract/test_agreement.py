"""The memory adapters and those of AWS agree: the same calls, the same answers, the same items left.

A thousand sequences of calls, each drawn from its seed, are made on both and compared call by call;
at the end of each, everything that is stored. ``python -m tests.contract.agreement 0 1000`` makes more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from podium.adapters.items.conditions import Missing, holds
from tests.contract.agreement.known import FAULTS, Fault
from tests.contract.agreement.outcomes import all_expected, kind
from tests.contract.agreement.sequences import ALONE, PORTS, Agreement, methods
from tests.support.aws import MotoStack, moto_stack

SEEDS = 1000


@dataclass
class Campaign:
    """What all sequences came to."""

    differences: list[str] = field(default_factory=list)
    #: ``port.method: kind``.
    outcomes: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def own_stack() -> Iterator[MotoStack]:
    with moto_stack() as made:
        yield made


@pytest.fixture(scope="module")
def campaign(own_stack: MotoStack) -> Campaign:
    found, agreement = Campaign(), Agreement(own_stack)
    for seed in range(SEEDS):
        sequence = agreement.draw(seed)
        answers, difference = agreement.compare(sequence)
        found.outcomes.update(
            f"{call.port}.{call.method}: {kind(answer)}"
            for call, answer in zip(sequence.made, answers, strict=False)
        )
        if difference is not None and len(found.differences) < 3:
            found.differences.append(f"seed {seed}: {agreement.tell(sequence)}")
    return found


def test_the_sides_agree_on_every_call_and_on_all_that_is_stored(campaign: Campaign) -> None:
    assert not campaign.differences, "\n\n".join(campaign.differences)


def test_every_method_was_called_and_everything_came_of_it_that_may(campaign: Campaign) -> None:
    assert sorted(all_expected() - campaign.outcomes.keys()) == []


def test_every_method_of_a_port_has_somebody_who_draws_its_calls() -> None:
    missing = [
        f"{port}.{name}"
        for port in PORTS.keys() - {"clock"}
        for name in vars(PORTS[port][0])
        if not name.startswith("_") and name not in {*methods(port), *ELSEWHERE.get(port, ())}
    ]
    assert missing == []


#: Methods that have nothing to compare: a URL is each side's own, what is sent to others than Podium is
#: looked at by test_listeners.py and test_event_carriers.py.
ELSEWHERE = {"blobs": {"address"}, "listeners": {"publish"}}


def test_a_seed_draws_the_same_calls_each_time(own_stack: MotoStack) -> None:
    agreement = Agreement(own_stack)
    first = [str(agreement.draw(seed)) for seed in range(20)]
    assert first == [str(agreement.draw(seed)) for seed in range(20)]
    assert len(set(first)) == 20


def test_a_condition_that_memory_forgets_is_found_and_told_in_few_calls(
    own_stack: MotoStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "podium.adapters.memory.table.holds",
        lambda condition, item: isinstance(condition, Missing) or holds(condition, item),
    )
    agreement = Agreement(own_stack)
    drawn = (agreement.draw(seed) for seed in range(50))
    sequence = next(each for each in drawn if agreement.compare(each)[1] is not None)
    short = agreement.shrunk(sequence)
    assert len(short.calls) <= 3
    assert "memory: " in agreement.tell(sequence)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_moto_that_sequences_go_around_is_still_there(
    own_stack: MotoStack, fault: Fault
) -> None:
    assert fault.is_there(own_stack), f"mended in moto: draw it. {fault.reason}"


def test_what_is_alone_is_in_one_theme() -> None:
    assert PORTS.keys() >= ALONE
