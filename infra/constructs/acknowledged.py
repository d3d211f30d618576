"""Findings of cdk-nag that stand, each with the reason why."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import Construct


def acknowledge(construct: Construct, rule: str, reason: str) -> None:
    """Accept a finding of ``rule`` (such as ``L1``) on ``construct``."""
    Validations.of(construct).acknowledge(
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    )


def acknowledge_wildcard(construct: Construct, arn: str, reason: str) -> None:
    """Accept that a policy of ``construct`` names the resource ``arn``, which holds a ``*``.

    The finding names the very resource, so any other wildcard is still reported.
    """
    text = _as_reported(Stack.of(construct).resolve(arn))
    acknowledge(construct, f"IAM5[Resource::{text}]", reason)


def _as_reported(value: Any) -> str:
    """A resolved ARN as cdk-nag writes it: ``<LogicalId.Attribute>`` for what is not known yet."""
    match value:
        case {"Fn::Join": [str(separator), [*parts]]}:
            return separator.join(map(_as_reported, parts))
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": str(name)}:
            return f"<{name}>"
        case _:
            return str(value)
