"""Searches, lookups by correlation id and runs with mocks of the Python SDK against ``podium up``."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from conductor.client.http.models.correlation_ids_search_request import CorrelationIdsSearchRequest
from conductor.client.http.models.workflow_test_request import WorkflowTestRequest

from tests.parity.conftest import eventually
from tests.parity.sdk import Sdk, calls

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def started(sdk: Sdk, name: str, *correlation_ids: str) -> list[str]:
    """One execution for each correlation id; they wait."""
    request = sdk.register(name, ("WAIT", "wait"))
    found = []
    for correlation_id in correlation_ids:
        request.correlation_id = correlation_id
        found.append(str(sdk.workflows.start_workflow(request)))
    return found


def rows(search: Any, count: int, **query: Any) -> Any:
    """The answer as soon as it has this many rows."""
    found = search(**query)
    return found if len(found.results) == count else None


@calls("WorkflowClient.search", "WorkflowExecutor.search")
def test_executions_are_searched(sdk: Sdk) -> None:
    ids = started(sdk, "sdk_search", "s-1", "s-2", "s-3")
    sdk.workflows.terminate_workflow(ids[1], reason="enough")
    query = "workflowType IN (sdk_search) AND status IN (RUNNING)"
    for search in (sdk.workflows.search, sdk.executor.search):
        found = eventually(partial(rows, search, 2, start=0, size=10, free_text="*", query=query))
        assert sorted(row.workflow_id for row in found.results) == sorted([ids[0], ids[2]])
        assert {row.status for row in found.results} == {"RUNNING"}
        # The SDK's answer has no total.
        assert len(search(start=1, size=10, free_text="*", query=query).results) == 1
    (row,) = eventually(
        partial(rows, sdk.workflows.search, 1, query=f'workflowId="{ids[1]}"')
    ).results
    assert (row.workflow_type, row.correlation_id, row.status) == (
        "sdk_search",
        "s-2",
        "TERMINATED",
    )
    assert row.reason_for_incompletion == "enough"


def correlated(look: Any, expected: dict[str, list[str]]) -> bool:
    """What was found, by correlation id, are these executions."""
    found = look()
    ids = {key: sorted(one.workflow_id for one in several) for key, several in found.items()}
    return ids == {key: sorted(several) for key, several in expected.items()}


@calls(
    "WorkflowClient.get_by_correlation_ids",
    "WorkflowClient.get_by_correlation_ids_in_batch",
    "WorkflowExecutor.get_by_correlation_ids",
    "WorkflowExecutor.get_by_correlation_ids_and_names",
)
def test_executions_are_found_by_their_correlation_ids(sdk: Sdk) -> None:
    one, ended = started(sdk, "sdk_correlated", "k-1", "k-1")
    (other,) = started(sdk, "sdk_correlated_too", "k-2")
    sdk.workflows.terminate_workflow(ended)
    keys = ["k-1", "k-2"]
    for look, expected in (
        (
            partial(sdk.workflows.get_by_correlation_ids, "sdk_correlated", keys),
            {"k-1": [one], "k-2": []},
        ),
        (
            partial(
                sdk.executor.get_by_correlation_ids,
                "sdk_correlated",
                keys,
                include_closed=True,
                include_tasks=True,
            ),
            {"k-1": [one, ended], "k-2": []},
        ),
        (
            partial(
                sdk.workflows.get_by_correlation_ids_in_batch,
                CorrelationIdsSearchRequest(keys, ["sdk_correlated", "sdk_correlated_too"]),
                include_completed=True,
            ),
            {"k-1": [one, ended], "k-2": [other]},
        ),
    ):
        eventually(partial(correlated, look, expected))
    # The SDK calls its own method by a parameter that this has not.
    with pytest.raises(TypeError, match="include_closed"):
        sdk.executor.get_by_correlation_ids_and_names(
            CorrelationIdsSearchRequest(keys, ["sdk_correlated"])
        )


@calls("WorkflowClient.test_workflow")
def test_a_workflow_runs_with_mocks(sdk: Sdk) -> None:
    sdk.register("sdk_mocked", ("SIMPLE", "one"), ("SIMPLE", "two"))
    outcome = {"status": "COMPLETED", "output": {"n": 1}}
    request = WorkflowTestRequest(
        name="sdk_mocked",
        version=1,
        task_ref_to_mock_output={"one": [outcome], "two": [outcome | {"output": {"n": 2}}]},
    )
    found = sdk.workflows.test_workflow(request)
    assert (found.status, found.output) == ("COMPLETED", {"n": 2})
    assert [task.output_data for task in found.tasks] == [{"n": 1}, {"n": 2}]
