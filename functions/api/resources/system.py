"""Health, version and what monitoring asks for (rest-api.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request

#: No execution has this id; asking for it proves that the table answers.
_NOBODY = "actuator-health"


def health(request: Request, engine: Engine) -> Json:
    """Whoever answers is healthy."""
    return {"healthResults": [], "suppressedHealthResults": [], "healthy": True}


def version(request: Request, engine: Engine) -> str:
    """Podium's version."""
    return VERSION


def actuator_health(request: Request, engine: Engine) -> Json:
    """UP, if the table of executions answers; an error otherwise."""
    engine.ports.executions.read_header(_NOBODY)
    return {"status": "UP"}


def actuator_info(request: Request, engine: Engine) -> Json:
    """What runs here."""
    return {"app": {"name": "podium", "version": VERSION}}


def prometheus(request: Request, engine: Engine) -> str:
    """Gauges in Prometheus' text format: queues and who polled them, as they are now."""
    depths = engine.reads.queue_depths()
    polls = engine.reads.poll_data()
    return "".join(
        (
            _gauge("podium_info", "Version of Podium.", [({"version": VERSION}, 1)]),
            _gauge(
                "podium_queue_tasks_waiting",
                "Tasks that wait for a worker, by [domain:]taskType; about.",
                [({"queue": name}, depth.waiting) for name, depth in depths.items()],
            ),
            _gauge(
                "podium_queue_tasks_in_flight",
                "Tasks that a worker which reads the queue itself holds; about.",
                [({"queue": name}, depth.in_flight) for name, depth in depths.items()],
            ),
            _gauge(
                "podium_last_poll_timestamp_seconds",
                "When a task type was last polled over HTTP.",
                [
                    ({"task_type": each.task_type, "domain": each.domain or ""}, each.at / 1000)
                    for each in polls
                ],
            ),
        )
    )


def _gauge(name: str, meaning: str, samples: Iterable[tuple[dict[str, str], float]]) -> str:
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        text = ",".join(f'{label}="{_escaped(given)}"' for label, given in labels.items())
        lines.append(f"{name}{{{text}}} {value}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
