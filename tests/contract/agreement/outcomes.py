"""What may come of each method, so that what never came in all sequences is found out."""

from __future__ import annotations

from podium.adapters.items.table import Written
from podium.domain.workflow_messages import Inbox
from podium.ports.executions import Outcome
from podium.ports.limits import Swapped
from tests.contract.agreement.calls import Answer
from tests.contract.agreement.sequences import PORTS, methods

#: Errors beside what a method returns.
ERRORS = {
    "blobs.get": {"NotFoundError"},
    "blobs.size": {"NotFoundError"},
    "event_handlers.create": {"PayloadTooLargeError"},
    "event_handlers.replace": {"PayloadTooLargeError"},
    "executions.create": {"DefectError"},
    "publisher.read": {"DefectError", "NotFoundError"},
    "schemas.put": {"PayloadTooLargeError"},
    "table.put": {"DefectError"},
    "table.transact": {"DefectError"},
}
#: What cannot come: these write where nothing is; a budget is not asked for nothing.
NEVER = {
    "executions.hold": {"nothing there"},
    "executions.cancel": {"nothing there"},
}


def expected(port: str, method: str) -> set[str]:
    """Kinds of outcomes of a method, by the type it returns."""
    name = f"{port}.{method}"
    returned = str(getattr(PORTS[port][0], method).__annotations__["return"])
    return (_kinds(returned) | ERRORS.get(name, set())) - NEVER.get(name, set())


def kind(answer: Answer) -> str:
    """The kind of one outcome."""
    if answer.error:
        return answer.error
    match answer.value:
        case bool():
            return str(answer.value)
        case Outcome(applied=True) | Swapped(applied=True) | Written(applied=True):
            return "applied"
        case Outcome(task=None) | Written(item=None):
            return "nothing there"
        case Outcome() | Swapped() | Written():
            return "refused"
        case Inbox(is_complete=is_complete):
            return "complete" if is_complete else "cut"
        case None | dict() | list() | int() | bytes():
            return "something" if answer.value else "nothing"
        case _:
            return "something"


def all_expected() -> set[str]:
    """``port.method: kind`` of everything that may come."""
    return {
        f"{port}.{method}: {each}"
        for port in PORTS
        if port != "clock"
        for method in methods(port)
        for each in expected(port, method)
    }


def _kinds(returned: str) -> set[str]:
    """By the text of the annotation."""
    match returned:
        case "bool":
            return {"True", "False"}
        case "Outcome" | "Written":
            return {"applied", "refused", "nothing there"}
        case "Swapped":
            return {"applied", "refused"}
        case "Inbox":
            return {"complete", "cut"}
        case "None":
            return {"nothing"}
    is_many = returned.startswith(("Sequence[", "Iterator[", "dict[", "list["))
    may_be_nothing = (
        is_many or returned.endswith("| None") or returned in {"int", "bytes", "JsonMap"}
    )
    return {"something", "nothing"} if may_be_nothing else {"something"}
