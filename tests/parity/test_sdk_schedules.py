"""SchedulerClient of the Python SDK against ``podium up``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conductor.client.ai.schedule import Schedule, _get_info
from conductor.client.ai.schedule_errors import InvalidCronExpression, ScheduleNotFound
from conductor.client.http.models.save_schedule_request import SaveScheduleRequest
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.rest import ApiException
from conductor.client.orkes.models.metadata_tag import MetadataTag

from tests.parity.conftest import eventually
from tests.parity.sdk import Sdk, calls

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
#: 2027-06-01 and 2035-02-01, UTC, in ms; noons of the New Year's Days between them.
START, END = 1_811_808_000_000, 2_053_900_800_000
NOONS = [1_830_340_800_000, 1_861_963_200_000, 1_893_499_200_000]
YEARLY = "0 0 12 1 1 *"


@pytest.fixture
def schedule(plain_sdk: Sdk) -> Iterator[str]:
    """Name of a schedule; of whatever is left of it afterwards nothing is."""
    name = "sdk every new year"
    yield name
    plain_sdk.schedules.delete_schedule(name)


def saved(sdk: Sdk, name: str, **fields: Any) -> None:
    """Save a schedule of ``sdk_scheduled``."""
    request = StartWorkflowRequest(name="sdk_scheduled", version=1, input={"a": 1})
    given = {"cron_expression": YEARLY, "start_workflow_request": request} | fields
    sdk.schedules.save_schedule(SaveScheduleRequest(name=name, **given))


@calls(
    "SchedulerClient.save_schedule",
    "SchedulerClient.get_schedule",
    "SchedulerClient.get_all_schedules",
    "SchedulerClient.pause_schedule",
    "SchedulerClient.resume_schedule",
    "SchedulerClient.delete_schedule",
)
def test_schedules_come_and_go(sdk: Sdk, schedule: str) -> None:
    saved(sdk, schedule, zone_id="Europe/Berlin", description="größe")
    found = sdk.schedules.get_schedule(schedule)
    assert (found.name, found.cron_expression, found.zone_id) == (schedule, YEARLY, "Europe/Berlin")
    assert (found.paused, found.description) == (False, "größe")
    assert found.start_workflow_request.name == "sdk_scheduled"
    assert [one.name for one in sdk.schedules.get_all_schedules("sdk_scheduled")] == [schedule]
    assert schedule in [one.name for one in sdk.schedules.get_all_schedules()]
    sdk.schedules.pause_schedule(schedule, reason="holidays")
    paused = sdk.schedules.get_schedule(schedule)
    assert (paused.paused, paused.paused_reason) == (True, "holidays")
    sdk.schedules.resume_schedule(schedule)
    assert sdk.schedules.get_schedule(schedule).paused is False
    sdk.schedules.delete_schedule(schedule)
    with pytest.raises(ApiException) as missing:
        sdk.schedules.get_schedule(schedule)
    assert missing.value.status == 404
    assert schedule in str(missing.value)


@calls(
    "SchedulerClient.pause",
    "SchedulerClient.resume",
    "SchedulerClient.delete",
    "SchedulerClient.preview_next",
)
def test_typed_errors_of_schedules(sdk: Sdk, schedule: str) -> None:
    saved(sdk, schedule)
    sdk.schedules.pause(schedule, reason="enough")
    assert sdk.schedules.get_schedule(schedule).paused is True
    sdk.schedules.resume(schedule)
    assert sdk.schedules.get_schedule(schedule).paused is False
    sdk.schedules.delete(schedule)
    for change in (sdk.schedules.pause, sdk.schedules.resume):
        with pytest.raises(ScheduleNotFound):
            change(schedule)
    assert sdk.schedules.preview_next(YEARLY, n=3, start_at=START, end_at=END) == NOONS
    with pytest.raises(InvalidCronExpression):
        sdk.schedules.preview_next("every day")


@calls("SchedulerClient.get_next_few_schedule_execution_times")
def test_the_next_times_of_a_cron_expression(sdk: Sdk) -> None:
    found = sdk.schedules.get_next_few_schedule_execution_times(YEARLY, START, END, 3)
    assert found == NOONS
    assert len(sdk.schedules.get_next_few_schedule_execution_times("0 0 8 * * MON-FRI")) == 5


@calls(
    "SchedulerClient.search_schedule_executions",
    "SchedulerClient.run_now",
)
def test_a_schedule_fires_and_its_runs_are_found(sdk: Sdk, schedule: str) -> None:
    sdk.register("sdk_scheduled", ("WAIT", "wait"))
    saved(sdk, schedule, cron_expression="* * * * * *")
    query = f"scheduleName IN ({schedule}) AND state IN (EXECUTED)"

    def look() -> Any:
        # (With its own free_text the SDK fails: a TypeError.)
        return sdk.schedules.search_schedule_executions(
            start=0, size=10, sort="scheduledTime:ASC", query=query
        ).results

    first = eventually(look)[0]
    sdk.schedules.delete_schedule(schedule)
    assert (first.schedule_name, first.workflow_name, first.state) == (
        schedule,
        "sdk_scheduled",
        "EXECUTED",
    )
    started = sdk.workflows.get_workflow(first.workflow_id)
    assert started.input["a"] == 1
    assert started.input["_startedByScheduler"] == schedule
    saved(sdk, schedule)
    by_hand = sdk.schedules.run_now(_get_info(sdk.schedules, schedule))
    assert sdk.workflows.get_workflow(by_hand).input == {"a": 1}


@calls("SchedulerClient.reconcile")
def test_schedules_become_those_that_are_wanted(sdk: Sdk) -> None:
    sdk.register("sdk_agent", ("WAIT", "wait"))
    wanted = [Schedule(name=name, cron=YEARLY) for name in ("a", "b")]
    for desired, names in (
        (wanted, ["sdk_agent-a", "sdk_agent-b"]),
        (wanted[1:], ["sdk_agent-b"]),
        (None, ["sdk_agent-b"]),
        ([], []),
    ):
        sdk.schedules.reconcile("sdk_agent", desired)
        assert [one.name for one in sdk.schedules.get_all_schedules("sdk_agent")] == names


@calls(
    "SchedulerClient.pause_all_schedules",
    "SchedulerClient.resume_all_schedules",
    "SchedulerClient.requeue_all_execution_records",
)
def test_the_scheduler_is_paused_and_goes_on(sdk: Sdk) -> None:
    assert sdk.schedules.pause_all_schedules() is None
    assert sdk.schedules.resume_all_schedules() is None
    assert sdk.schedules.requeue_all_execution_records() is None


@calls(
    "SchedulerClient.set_scheduler_tags",
    "SchedulerClient.get_scheduler_tags",
    "SchedulerClient.delete_scheduler_tags",
)
def test_tags_of_a_schedule(sdk: Sdk, schedule: str) -> None:
    saved(sdk, schedule)
    tags = [MetadataTag("colour", "red"), MetadataTag("size", "größe")]
    sdk.schedules.set_scheduler_tags(tags, schedule)
    found = sdk.schedules.get_scheduler_tags(schedule)
    assert sorted((tag.key, tag.value) for tag in found) == [("colour", "red"), ("size", "größe")]
    sdk.schedules.delete_scheduler_tags(tags[:1], schedule)
    assert [tag.key for tag in sdk.schedules.get_scheduler_tags(schedule)] == ["size"]
