"""Stream records become lines that say what started and what ended."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.items.attributes import typed
from podium_local.narration import narrate

HEADER = {"pk": "W#wf", "sk": "H", "nm": "orders", "nv": 2}
TASK = {"pk": "W#wf", "sk": "T#pay#00000007", "ty": "charge", "nd": "0", "kd": "w"}


def record(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    change: dict[str, Any] = {"ApproximateCreationDateTime": 1_767_225_600.0}
    if old is not None:
        change["OldImage"] = typed(old)
    if new is not None:
        change["NewImage"] = typed(new)
    return {"dynamodb": change}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (None, HEADER | {"st": "RUNNING"}, "workflow orders v2 started"),
        (None, HEADER | {"st": "COMPLETED"}, "workflow orders v2 started and completed"),
        (
            HEADER | {"st": "RUNNING"},
            HEADER | {"st": "FAILED", "rs": "no money"},
            "workflow orders v2 failed: no money",
        ),
        (HEADER | {"st": "RUNNING"}, HEADER | {"st": "PAUSED"}, "workflow orders v2 paused"),
        (HEADER | {"st": "PAUSED"}, HEADER | {"st": "RUNNING"}, "workflow orders v2 resumed"),
        (HEADER | {"st": "FAILED"}, HEADER | {"st": "RUNNING"}, "workflow orders v2 running again"),
        (HEADER | {"st": "RUNNING"}, HEADER | {"st": "RUNNING", "v": 2}, None),
        (None, TASK | {"st": "SCHEDULED"}, "task pay (charge, #7) scheduled"),
        (
            TASK | {"st": "SCHEDULED"},
            TASK | {"st": "IN_PROGRESS", "w": "till-1"},
            "task pay (charge, #7) in progress by till-1",
        ),
        (
            TASK | {"st": "IN_PROGRESS"},
            TASK | {"st": "TIMED_OUT", "rs": "late"},
            "task pay (charge, #7) timed out: late",
        ),
        (TASK | {"st": "IN_PROGRESS"}, TASK | {"st": "IN_PROGRESS", "dl": 5}, None),
        (
            TASK | {"st": "COMPLETED"},
            TASK | {"st": "SCHEDULED", "inc": 1},
            "task pay (charge, #7) scheduled",
        ),
        (None, {"pk": "W#wf", "sk": "I"}, None),
        (HEADER, None, None),
    ],
)
def test_a_record_is_told_in_one_line_if_a_status_changed(old, new, line):
    told = narrate(record(old, new))
    if line is None:
        assert told is None
    else:
        assert told is not None
        assert told.endswith(f"  wf  {line}")
