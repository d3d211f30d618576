"""Answers of every shape are made to fit, or refused with the way around."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.sizes import size_in_path
from podium.json_text import answer_weight, encode_json, text_weight
from podium.services.fitting import LARGEST_ANSWER, Room
from tests.support.cluster import Cluster

LARGE = {"a": "x" * 4_000_000}


def task(**fields: Any) -> dict[str, Any]:
    return {"taskId": "wf.1.t", "workflowInstanceId": "wf", "inputData": {}, **fields}


def workflow(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "workflowId": "wf",
        "workflowDefinition": {},
        "input": {},
        "tasks": list(tasks),
        **fields,
    }


def fit(answer: Any) -> Cluster:
    cluster = Cluster()
    cluster.engine.fitting.fit(answer, answer_weight(answer))
    return cluster


@pytest.mark.parametrize("wrapped", [lambda x: x, lambda x: [x], lambda x: {"results": [x]}])
def test_a_task_above_its_threshold_is_named_wherever_it_stands(wrapped):
    shown = task(outputData=LARGE)
    cluster = fit(wrapped(shown))
    path = shown["externalOutputPayloadStoragePath"]
    assert shown["outputData"] == {}
    assert path.startswith("wf/")
    assert size_in_path(path) == len(cluster.blobs.get(path)) == 4_000_008


def test_a_workflow_has_a_threshold_of_its_own():
    shown = workflow(task(), input=LARGE)
    fit(shown)
    assert shown["input"] == LARGE
    shown = workflow(task(), output={"a": "x" * 5_300_000})
    fit(shown)
    assert shown["output"] == {}


def test_what_is_named_already_is_left_alone():
    shown = task(outputData={}, externalOutputPayloadStoragePath="theirs")
    fit(shown)
    assert shown["externalOutputPayloadStoragePath"] == "theirs"


def test_other_models_have_no_place_for_a_path():
    run: dict[str, Any] = {"workflowId": "wf", "input": LARGE, "tasks": [task(inputData=LARGE)]}
    fit(run)
    assert run["input"] == LARGE
    assert run["tasks"][0]["inputData"] == {}


def test_the_largest_go_first_and_only_as_many_as_it_takes():
    tasks = [task(outputData={"a": "x" * (1_000_000 + 1000 * n)}) for n in range(8)]
    shown = workflow(*tasks)
    fit(shown)
    named = [n for n, each in enumerate(tasks) if "externalOutputPayloadStoragePath" in each]
    assert named == [6, 7]
    assert answer_weight(shown) <= LARGEST_ANSWER


def test_nothing_is_written_for_payloads_that_would_not_help():
    shown = workflow(*(task(name="x" * 1000, outputData={"a": "x" * 100}) for _ in range(7000)))
    cluster = fit(shown)
    assert cluster.blobs.paths() == []
    assert answer_weight(shown) > LARGEST_ANSWER


def test_entries_take_room_until_there_is_none():
    room = Room(Cluster().engine.fitting, 1_250_000)
    entries = [workflow(name="x" * 100_000, input={"a": "y" * 400_000}) for _ in range(6)]
    taken = [room.take(each) for each in entries]
    assert taken == [True, True, True, True, False, False]
    named = ["externalInputPayloadStoragePath" in each for each in entries[:4]]
    assert named == [False, False, True, True], "only once there is no room for them"
    assert not room.take(workflow()), "what comes after the first that did not fit is not let in"
    assert room.is_full


def test_a_weight_counts_what_escapes_add():
    text = encode_json({"a": 'say "ü"\\'})
    assert text_weight(text) == len(encode_json(text).encode()) - 2
    assert LARGEST_ANSWER < 6 * 1024 * 1024
