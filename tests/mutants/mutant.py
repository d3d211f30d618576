"""A deliberate fault: text of the product's code replaced at one place, or at a few that belong together.

What is replaced must be there exactly once; otherwise the code has moved on and the mutant is stale.
Only code objects are exchanged: whoever has imported a function, or holds a bound method, runs the
faulty one, and everything is as before afterwards.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any


class StaleMutantError(Exception):
    """The code does not look as it did when the mutant was written."""


@dataclass(frozen=True)
class Edit:
    """``before`` becomes ``after`` in the source of ``module``."""

    module: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """One fault, by a short name and in a sentence."""

    name: str
    what: str
    edits: tuple[Edit, ...]


def mutant(name: str, what: str, module: str, before: str, after: str) -> Mutant:
    """A mutant of one edit."""
    return Mutant(name, what, (Edit(module, before, after),))


@contextmanager
def applied(wanted: Mutant) -> Iterator[None]:
    """Run the body with the fault; raises StaleMutantError, having changed nothing."""
    modules = dict.fromkeys(edit.module for edit in wanted.edits)
    exchanges = [
        pair
        for name in modules
        for pair in exchanged(name, [edit for edit in wanted.edits if edit.module == name])
    ]
    originals = [(function, function.__code__) for function, _ in exchanges]
    try:
        for function, code in exchanges:
            function.__code__ = code
        yield
    finally:
        for function, code in originals:
            function.__code__ = code


def exchanged(name: str, edits: Sequence[Edit]) -> list[tuple[FunctionType, CodeType]]:
    """Functions of a module that the edits change, with their code afterwards.

    Raises StaleMutantError.
    """
    module = importlib.import_module(name)
    path = Path(inspect.getsourcefile(module) or "")
    source = edited = path.read_text()
    for edit in edits:
        found = source.count(edit.before)
        if found != 1:
            raise StaleMutantError(f"{name} has {found} times: {edit.before!r}")
        edited = edited.replace(edit.before, edit.after)
    before, after = (_codes(compile(text, str(path), "exec")) for text in (source, edited))
    changed = [each for each, code in before.items() if _differs(code, after.get(each))]
    if not changed:
        raise StaleMutantError(f"the edits of {name} change no function")
    return [(_function(module, each), after[each]) for each in changed]


def _codes(module: CodeType) -> dict[str, CodeType]:
    """Code of every function and method, by qualified name; what is local to one belongs to it."""
    found: dict[str, CodeType] = {}
    left = [module]
    while left:
        for constant in left.pop().co_consts:
            if not isinstance(constant, CodeType):
                continue
            if (
                constant.co_flags & inspect.CO_NEWLOCALS
                and constant.co_flags & inspect.CO_OPTIMIZED
            ):
                found[constant.co_qualname] = constant
            else:
                # The body of a class.
                left.append(constant)
    return found


def _differs(code: CodeType, other: CodeType | None) -> bool:
    """They do something else; where they stand does not count."""
    return other is None or _essence(code) != _essence(other)


def _essence(code: CodeType) -> tuple[Any, ...]:
    constants = tuple(
        _essence(each) if isinstance(each, CodeType) else (type(each), each)
        for each in code.co_consts
    )
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
        if isinstance(found, property):
            found = found.fget
        found = inspect.unwrap(getattr(found, "__func__", found))
    assert isinstance(found, FunctionType), f"{name} is no function"
    return found
