"""The compiled definition: an address for each task, and where the flow goes from it.

A static task's address is its place in pre-order, ``"7"`` for the eighth task of the definition.
Branches that a FORK_JOIN_DYNAMIC made at run time form a graph of their own; their addresses are
``"<address of the fork>/<seq of the fork>:<place in pre-order over the branches>"``, to any depth.
Inside FOR_EACH the numbers of the items follow the seq, as in the fork's ref: ``"4/12.17-3:0"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask
from podium.domain.scopes import scope, scoped
from podium.domain.secrets import secret_names
from podium.domain.task_types import FORKS

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef
    from podium.domain.execution import OpenEntry

#: Between the seq of a dynamic fork and its scope.
_DOT = "."


class Place(Enum):
    """What kind of list a task stands in."""

    TOP = "top"
    CASE = "case"
    BRANCH = "branch"
    LOOP = "loop"
    #: Try, catch or finally.
    PART = "part"


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
    #: Addresses of the enclosing DO_WHILE and FOR_EACH tasks, outermost first.
    loops: tuple[str, ...] = ()
    #: Which of ``loops`` are a FOR_EACH, by their places in it.
    each: tuple[int, ...] = ()

    @property
    def ref(self) -> str:
        """taskReferenceName, or the name where a definition leaves it out."""
        return self.task.task_reference_name or self.task.name

    @property
    def type(self) -> str:
        """Type of the task as the definition writes it."""
        return self.task.type

    def scope_at(self, iteration: Sequence[int]) -> str:
        """The items of FOR_EACH that ``iteration`` of this task lies in (scopes.py)."""
        return scope([iteration[place] for place in self.each]) if self.each else ""

    def ref_at(self, iteration: Sequence[int]) -> str:
        """Ref of the task in ``iteration``."""
        return scoped(self.ref, self.scope_at(iteration))


#: What the tasks at the top are nested in.
_NOWHERE = Node("", WorkflowTask(), Place.TOP)


@dataclass(frozen=True, slots=True)
class Heads:
    """First tasks of the lists nested in a task; an empty list has an empty address."""

    cases: Mapping[str, str]
    default: str
    #: Branches of a fork; try, catch and finally tasks.
    branches: tuple[str, ...]
    loop: str


@dataclass(frozen=True, slots=True)
class Branches:
    """What a dynamic fork opened, as task ``seq`` in ``scope``: one-task branches."""

    tasks: Sequence[WorkflowTask]
    fork: Node
    seq: int
    scope: str = ""

    @property
    def prefix(self) -> str:
        """What the addresses of their nodes begin with."""
        within = f"{_DOT}{self.scope}" if self.scope else ""
        return f"{self.fork.address}/{self.seq}{within}:"


class Graph:
    """Nodes of one definition, or of the branches of one dynamic fork in it (``prefix`` is set)."""

    def __init__(self, definition: WorkflowDef, branches: Branches | None = None) -> None:
        """Compile ``definition``, or ``branches``."""
        self.definition = definition
        self.prefix = "" if branches is None else branches.prefix
        self.nodes: dict[str, Node] = {}
        self.heads: dict[str, Heads] = {}
        self._branches: dict[str, dict[str, int]] = {}
        #: Address of the first task; empty when there is none.
        self.first = ""
        if branches is None:
            self.first = self._add_list(definition.tasks, Place.TOP, _NOWHERE)
        else:
            fork = branches.fork
            heads = tuple(
                self._add_list((branch,), Place.BRANCH, fork) for branch in branches.tasks
            )
            self.heads[fork.address] = Heads({}, "", heads, "")

    def ref(self, entry: OpenEntry) -> str:
        """Ref of an open entry's task; needs nothing but the entry and the definition."""
        return entry.ref or self.nodes[entry.node].ref_at(entry.iteration)

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
        """For each node in the branches of a static ``fork`` the number of its branch, from 0.

        The parts of a TRY_CATCH count as its branches.
        """
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

    def is_within(self, container: str, address: str) -> bool:
        """The node at ``address`` is nested in the task at ``container``, at any depth."""
        while address in self.nodes:
            address = self.nodes[address].parent
            if address == container:
                return True
        return False

    def of_one_run(self, container: str) -> list[Node]:
        """Nodes nested in a loop that run once in each of its iterations, or in loops like it.

        What is nested in a FOR_EACH within it belongs to the items of that.
        """
        own = len(self.nodes[container].each) + (self.nodes[container].type == "FOR_EACH")
        return [node for node in self.within(container) if len(node.each) == own]

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

    def _add_list(self, tasks: Sequence[WorkflowTask], place: Place, around: Node) -> str:
        """Add ``tasks`` and what is nested in them; address of the first, empty for none.

        ``around`` is the task they are nested in. Recursion goes as deep as the definition, which
        its reader has bounded.
        """
        loops, each = around.loops, around.each
        if place is Place.LOOP:
            each = (*each, len(loops)) if around.type == "FOR_EACH" else each
            loops = (*loops, around.address)
        addresses: list[str] = []
        for task in tasks:
            address = f"{self.prefix}{len(self.nodes)}"
            addresses.append(address)
            self.nodes[address] = Node(address, task, place, around.address, "", loops, each)
            self._add_children(self.nodes[address])
        for address, following in pairwise(addresses):
            self.nodes[address] = replace(self.nodes[address], following=following)
        return addresses[0] if addresses else ""

    def _add_children(self, node: Node) -> None:
        task = node.task
        if not task.child_lists and task.type not in FORKS:
            return
        cases = {
            key: self._add_list(tasks, Place.CASE, node)
            for key, tasks in task.decision_cases.items()
        }
        default = self._add_list(task.default_case, Place.CASE, node)
        branches = tuple(self._add_list(tasks, Place.BRANCH, node) for tasks in task.fork_tasks)
        if task.type == "TRY_CATCH":
            parts = (task.try_tasks, task.catch_tasks, task.finally_tasks)
            branches = tuple(self._add_list(tasks, Place.PART, node) for tasks in parts)
        loop = self._add_list(task.loop_over, Place.LOOP, node)
        self.heads[node.address] = Heads(cases, default, branches, loop)


@dataclass(frozen=True, slots=True)
class Forked:
    """The dynamic fork that made a node: its address, and the number and scope of its task."""

    address: str
    seq: int
    scope: str


def enclosing_fork(address: str) -> Forked | None:
    """The dynamic fork that made the node at ``address``; None for a static node."""
    head, slash, tail = address.rpartition("/")
    if not slash:
        return None
    seq, _, within = tail.partition(":")[0].partition(_DOT)
    return Forked(head, int(seq), within)
