"""The compiled definition: an address for each task, and where the flow goes from it.

A static task's address is its place in pre-order, ``"7"`` for the eighth task of the definition.
Branches that a FORK_JOIN_DYNAMIC made at run time form a graph of their own; their addresses are
``"<address of the fork>/<seq of the fork>:<place in pre-order over the branches>"``, to any depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from podium.domain.secrets import secret_names
from podium.domain.task_types import FORKS

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef, WorkflowTask
    from podium.domain.execution import OpenEntry


class Place(Enum):
    """What kind of list a task stands in."""

    TOP = "top"
    CASE = "case"
    BRANCH = "branch"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Node:
    """A task of a definition in its place."""

    address: str
    task: WorkflowTask
    place: Place
    #: Address of the task whose list this one stands in; empty at the top.
    parent: str = ""
    #: Address of the following sibling; empty for the last one of its list.
    following: str = ""
    #: Addresses of the enclosing DO_WHILE tasks, outermost first.
    loops: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """taskReferenceName, or the name where a definition leaves it out."""
        return self.task.task_reference_name or self.task.name

    @property
    def type(self) -> str:
        """Type of the task as the definition writes it."""
        return self.task.type


@dataclass(frozen=True, slots=True)
class Heads:
    """First tasks of the lists nested in a task; an empty list has an empty address."""

    cases: Mapping[str, str]
    default: str
    branches: tuple[str, ...]
    loop: str


@dataclass(frozen=True, slots=True)
class Branches:
    """What a dynamic fork opened: one-task branches, as task ``seq``."""

    tasks: Sequence[WorkflowTask]
    fork: Node
    seq: int


class Graph:
    """Nodes of one definition, or of the branches of one dynamic fork in it (``prefix`` is set)."""

    def __init__(self, definition: WorkflowDef, branches: Branches | None = None) -> None:
        """Compile ``definition``, or ``branches``."""
        self.definition = definition
        self.prefix = "" if branches is None else f"{branches.fork.address}/{branches.seq}:"
        self.nodes: dict[str, Node] = {}
        self.heads: dict[str, Heads] = {}
        self._branches: dict[str, dict[str, int]] = {}
        #: Address of the first task; empty when there is none.
        self.first = ""
        if branches is None:
            self.first = self._add_list(definition.tasks, Place.TOP, "", ())
        else:
            fork = branches.fork
            heads = tuple(
                self._add_list((branch,), Place.BRANCH, fork.address, fork.loops)
                for branch in branches.tasks
            )
            self.heads[fork.address] = Heads({}, "", heads, "")

    def ref(self, entry: OpenEntry) -> str:
        """Base reference name of an open entry; needs nothing but the entry and the definition."""
        return entry.ref or self.nodes[entry.node].ref

    def __iter__(self) -> Iterator[Node]:
        """All nodes in pre-order."""
        return iter(self.nodes.values())

    @cached_property
    def by_ref(self) -> Mapping[str, Node]:
        """Nodes by reference name; the first one where a definition repeats a name."""
        found: dict[str, Node] = {}
        for node in self:
            found.setdefault(node.ref, node)
        return found

    @cached_property
    def has_dynamic_forks(self) -> bool:
        """Tasks may exist at run time that the definition does not name."""
        return any(node.type == "FORK_JOIN_DYNAMIC" for node in self)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Names of the secrets that the definition names (secrets.py)."""
        return secret_names(self.definition.to_json())

    def join_of(self, fork: Node) -> Node | None:
        """The JOIN that must follow a fork directly; None when it does not."""
        following = self.nodes.get(fork.following)
        return following if following is not None and following.type == "JOIN" else None

    def fork_before(self, join: Node) -> Node | None:
        """The fork that stands directly before ``join``; None when something else does."""
        return self._forks.get(join.address)

    @cached_property
    def _forks(self) -> Mapping[str, Node]:
        return {node.following: node for node in self if node.following and node.type in FORKS}

    def branches_below(self, fork: Node) -> dict[str, int]:
        """For each node in the branches of a static ``fork`` the number of its branch."""
        found = self._branches.get(fork.address)
        if found is None:
            found = {}
            for number, head in enumerate(self.heads[fork.address].branches):
                while head:
                    found |= dict.fromkeys(
                        (head, *(nested.address for nested in self.within(head))), number
                    )
                    head = self.nodes[head].following
            self._branches[fork.address] = found
        return found

    def case_head(self, choice: Node, case: object) -> str:
        """First task of the list that ``case`` selects; empty when nothing is to run.

        An empty list of a SWITCH runs nothing, that of a DECISION gives way to the default case.
        """
        heads = self.heads.get(choice.address)
        if heads is None:
            return ""
        if isinstance(case, str) and case in heads.cases:
            head = heads.cases[case]
            return head or (heads.default if choice.type == "DECISION" else "")
        return heads.default

    def local(self, address: str) -> str:
        """The node of this graph at or around ``address``; empty for one elsewhere."""
        if not address.startswith(self.prefix):
            return ""
        return self.prefix + address[len(self.prefix) :].partition("/")[0]

    def index(self, address: str) -> int:
        """Place of a node of this graph in pre-order."""
        return int(address[len(self.prefix) :])

    def within(self, container: str) -> tuple[Node, ...]:
        """All nodes nested in the task at ``container``, at any depth, in pre-order."""
        return self._nested.get(container, ())

    @cached_property
    def _nested(self) -> Mapping[str, tuple[Node, ...]]:
        nested: dict[str, list[Node]] = {}
        for node in self:
            above = node.parent
            while above in self.nodes:
                nested.setdefault(above, []).append(node)
                above = self.nodes[above].parent
        return {address: tuple(nodes) for address, nodes in nested.items()}

    def _add_list(
        self, tasks: Sequence[WorkflowTask], place: Place, parent: str, loops: tuple[str, ...]
    ) -> str:
        """Add ``tasks`` and what is nested in them; address of the first, empty for none.

        Recursion goes as deep as the definition, which its reader has bounded.
        """
        addresses: list[str] = []
        for task in tasks:
            address = f"{self.prefix}{len(self.nodes)}"
            addresses.append(address)
            self.nodes[address] = Node(address, task, place, parent, "", loops)
            self._add_children(address, task, loops)
        for address, following in pairwise(addresses):
            node = self.nodes[address]
            self.nodes[address] = Node(address, node.task, place, parent, following, loops)
        return addresses[0] if addresses else ""

    def _add_children(self, address: str, task: WorkflowTask, loops: tuple[str, ...]) -> None:
        if not task.child_lists and task.type not in FORKS:
            return
        cases = {
            key: self._add_list(tasks, Place.CASE, address, loops)
            for key, tasks in task.decision_cases.items()
        }
        default = self._add_list(task.default_case, Place.CASE, address, loops)
        branches = tuple(
            self._add_list(tasks, Place.BRANCH, address, loops) for tasks in task.fork_tasks
        )
        inner = (*loops, address)
        loop = self._add_list(task.loop_over, Place.LOOP, address, inner)
        self.heads[address] = Heads(cases, default, branches, loop)


def enclosing_fork(address: str) -> tuple[str, int] | None:
    """Address and seq of the dynamic fork that made the node at ``address``; None for a static one."""
    head, slash, tail = address.rpartition("/")
    return (head, int(tail.partition(":")[0])) if slash else None
