"""The one logger: structured lines by powertools, which is imported when the first line is written.

No Tracer: constructing it loads a library that costs half a second of each cold start.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from podium.settings import PREFIX

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

SERVICE = "podium"


@cache
def logger() -> Logger:
    """The process's logger, at the level of PODIUM_LOG_LEVEL."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - most invocations log nothing

    return Logger(service=SERVICE, level=os.environ.get(f"{PREFIX}LOG_LEVEL", "INFO"))


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Add to a CloudWatch metric of the namespace Podium, by a line of the log.

    ``dimensions`` make it another metric: who wants the sum of all counts that, too.
    """
    from aws_lambda_powertools.metrics import (  # noqa: PLC0415 - most invocations count nothing
        MetricUnit,
        single_metric,
    )

    with single_metric(
        name=metric, unit=MetricUnit.Count, value=value, namespace="Podium"
    ) as metric_:
        metric_.add_dimension("service", SERVICE)
        for name, text in dimensions.items():
            metric_.add_dimension(name, text)
