"""Runs scripts in QuickJS; served by the child.

Each script has a context of its own: nothing is left behind for the next one. The bindings come in
and the result goes out as JSON text, so scripts work on deep copies.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.child import CutOffError

if TYPE_CHECKING:
    from podium.adapters.engines.sandbox.child import Run

#: Bytes a script may allocate, and bytes of its stack.
_MEMORY = 64 * 1024 * 1024
_STACK = 1024 * 1024

#: Evaluates globally, as a script, so that the value of its last statement is the result
#: (tasks.md 15). What a result may hold beside JSON: dates become {}, big integers numbers,
#: functions nothing. Taken before the script runs, so that it cannot replace them.
_EVALUATE = """
((evaluate, parse, stringify, assign, Dates, Integers, number) => (program, document) => {
  assign(globalThis, parse(document));
  const value = evaluate(parse(program).script);
  delete Dates.toJSON;
  Integers.toJSON = function () { return number(this); };
  return stringify(value) ?? "null";
})(eval, JSON.parse, JSON.stringify, Object.assign, Date.prototype, BigInt.prototype, Number)
"""

#: A script is parsed as a whole before its first statement runs: this one throws at once.
_CHECK = """
(program => {
  try {
    (0, eval)("throw 0;" + JSON.parse(program).check);
  } catch (error) {
    return error === 0 ? "null" : JSON.stringify(String(error));
  }
})
"""

#: JSON.stringify writes a surrogate without its pair as an escape; no store takes such text.
_ESCAPE = re.compile(r"\\(?:ud[89a-f][0-9a-f]{2}|.)")

_OUT_OF_MEMORY = ("InternalError: out of memory", "null\n")


def start(seconds: float) -> Run:
    """Load the engine; scripts run for ``seconds`` at most."""
    # Not the package around it, which starts a thread.
    quickjs = importlib.import_module("_quickjs")

    def run(program: str, document: str) -> str:
        context = quickjs.Context()
        context.set_memory_limit(_MEMORY)
        context.set_max_stack_size(_STACK)
        context.set_time_limit(seconds)
        try:
            if program.startswith('{"check"'):
                return str(context.eval(_CHECK)(program))
            text = str(context.eval(_EVALUATE)(program, document))
        except quickjs.StackOverflow:
            raise CutOffError("the script recursed too deeply") from None
        except quickjs.JSException as error:
            raise _translated(str(error)) from None
        return _ESCAPE.sub(_replacement, text) if "\\ud" in text else text

    run('{"script":"1"}', "{}")
    return run


def _translated(text: str) -> Exception:
    if text.startswith("InternalError: interrupted"):
        return CutOffError("the program ran too long")
    if text.startswith(_OUT_OF_MEMORY):
        return CutOffError("the script used too much memory")
    message = text.split("\n    at ", 1)[0]
    return ValueError(message.removesuffix("\nundefined").rstrip("\n"))


def _replacement(match: re.Match[str]) -> str:
    return r"\ufffd" if match[0].startswith(r"\ud") and len(match[0]) > 2 else match[0]
