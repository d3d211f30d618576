"""Update expressions: parsed once each, and walked without asking every node for its kinds again.

An engine sends the same two dozen expressions for ever; stock parses each twice per call.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]
    DepthFirstTraverser,
    Node,
)
from moto.dynamodb.parsing.expressions import (  # type: ignore[attr-defined]
    UpdateExpressionParser,
)

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

_EXPRESSIONS_KEPT = 256


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Replace parsing, copying and walking of syntax trees."""
    stock_make = UpdateExpressionParser.make

    # Nobody changes what this returns: the validator, which does, works on a copy.
    parse = lru_cache(_EXPRESSIONS_KEPT)(stock_make)

    def deepcopy(self: Node, memo: dict[int, Any]) -> Node:
        duplicate = object.__new__(type(self))
        memo[id(self)] = duplicate
        state = vars(duplicate)
        state.update(vars(self))
        # Seen from the top, the parent has been copied already.
        state["parent"] = memo.get(id(self.parent), self.parent)
        if self.children is not None:
            state["children"] = [copy.deepcopy(child, memo) for child in self.children]
        return duplicate

    def nodes_to_be_processed(self: DepthFirstTraverser) -> tuple[type, ...]:
        """Stock makes this map and tuple anew for each node."""
        kinds: tuple[type, ...] | None = vars(self).get("_kinds")
        if kinds is None:
            kinds = tuple(self._processing_map())
            self._kinds = kinds
        return kinds

    substitutions.set(UpdateExpressionParser, "make", staticmethod(parse))
    substitutions.set(Node, "__deepcopy__", deepcopy)
    substitutions.set(DepthFirstTraverser, "nodes_to_be_processed", nodes_to_be_processed)
