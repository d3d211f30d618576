"""From the path dialect of definitions (Jayway's, engine.md 10.2) to that of jsonpath-ng.

A path is read segment by segment. Names become quoted, so that no word is reserved; what jsonpath-ng
would take beyond the dialect (unions, arithmetic, steps) is refused; functions at the end and a list
of several names are ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


class PathSyntaxError(ValueError):
    """The path is not in the dialect; the message says where."""


@dataclass(slots=True)
class Parsed:
    """A path for jsonpath-ng, and what is done with the values found there."""

    #: JSONPath with all names quoted.
    query: str = "$"
    #: At most one value can be found: no wildcard, slice, filter, list of indexes or ``..``.
    is_definite: bool = True
    #: Contains ``..``.
    is_scan: bool = False
    #: ``['a','b']`` at the end: the members to gather.
    members: tuple[str, ...] = ()
    #: Functions at the end, each with the text of its argument.
    functions: list[tuple[str, str]] = field(default_factory=list)


_SEGMENT = re.compile(
    r"""(?P<deep>\.\.)?(?:
        \.?(?P<wild>\*)
      | \.?(?P<name>[^\s.\[\]()*'",?]+)(?P<call>\((?P<argument>[^()]*)\))?
      | \.?\[\s*(?P<names>'(?:[^'\\]|\\.)*'(?:\s*,\s*'(?:[^'\\]|\\.)*')*
                 |"(?:[^"\\]|\\.)*"(?:\s*,\s*"(?:[^"\\]|\\.)*")*)\s*\]
      | \.?\[\s*(?P<star>\*)\s*\]
      | \.?\[\s*(?P<indexes>-?\d+(?:\s*,\s*-?\d+)*)\s*\]
      | \.?\[\s*(?P<slice>-?\d*\s*:\s*-?\d*)\s*\]
      | \.?\[\s*\?(?P<filter>)
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")

#: Pieces of a filter: quoted text, a pattern after =~, a list after (n)in, names, anything else.
_FILTER = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | =~\s*/(?P<pattern>(?:[^/\\]|\\.)*)/(?P<flags>[a-z]*)
      | (?P<left>@[\w.\[\]'"-]*)\s+(?P<set>in|nin)\s+\[(?P<items>[^\]]*)\]
      | \.(?P<name>where|wherenot)\b
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def translate(path: str) -> Parsed:
    """Read ``path``, which begins with ``$``; raises PathSyntaxError."""
    parsed = Parsed()
    position = 1
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None or not match[0]:
            raise PathSyntaxError(f"unexpected {path[position:]!r} at position {position}")
        position = match.end()
        if match["filter"] is not None:
            end = _end_of_filter(path, position)
            condition = _condition(path[position:end])
            _append(parsed, match, f"[?{condition}]", definite=False)
            position = end + 1
        else:
            _segment(parsed, match)
    return parsed


def _segment(parsed: Parsed, match: re.Match[str]) -> None:
    if match["call"]:
        if match["deep"]:
            raise PathSyntaxError(f"no function after '..': {match[0]}")
        parsed.functions.append((match["name"], match["argument"].strip()))
    elif match["name"] is not None:
        _append(parsed, match, f"[{_quote(match['name'])}]")
    elif match["names"] is not None:
        names = tuple(_unquote(found) for found in _QUOTED.finditer(match["names"]))
        if len(names) > 1:
            _append(parsed, match, "")
            parsed.members = names
        else:
            _append(parsed, match, f"[{_quote(names[0])}]")
    elif match["indexes"] is not None:
        _append(parsed, match, f"[{match['indexes']}]", definite="," not in match["indexes"])
    elif match["slice"] is not None:
        _append(parsed, match, f"[{match['slice']}]", definite=False)
    else:
        _append(parsed, match, "[*]", definite=False)


def _append(parsed: Parsed, match: re.Match[str], text: str, *, definite: bool = True) -> None:
    if parsed.functions or parsed.members:
        raise PathSyntaxError(f"nothing can follow a function or a list of names: {match[0]}")
    deep = match["deep"] is not None
    if deep and not text:
        raise PathSyntaxError(f"no list of names after '..': {match[0]}")
    # jsonpath-ng knows `..*` but not `..[*]`.
    parsed.query += f"..{'*' if text == '[*]' else text}" if deep else text
    parsed.is_scan = parsed.is_scan or deep
    parsed.is_definite = parsed.is_definite and definite and not deep


def _end_of_filter(path: str, start: int) -> int:
    """Position of the bracket that closes a filter; quoted text, patterns and lists inside it."""
    depth = 0
    position = start
    while position < len(path):
        match = _FILTER.match(path, position)
        if match is None:
            break
        character = match["other"]
        if character == "[":
            depth += 1
        elif character == "]":
            if depth == 0:
                return position
            depth -= 1
        position = match.end()
    raise PathSyntaxError("a filter is not closed")


def _condition(text: str) -> str:
    return _FILTER.sub(_piece, text)


def _piece(match: re.Match[str]) -> str:
    if match["pattern"] is not None:
        flags = "i" if "i" in match["flags"] else ""
        # The whole text has to match.
        pattern = f"(?s{flags})^(?:{match['pattern']})$"
        return f"=~ {_quote(pattern)}"
    if match["set"]:
        return _membership(match["left"], match["set"], match["items"])
    if match["name"]:
        return f"['{match['name']}']"
    return match[0]


def _membership(left: str, operator: str, items: str) -> str:
    """``@.a in [1, 'x']`` as a chain of comparisons."""
    values = [item.strip() for item in re.findall(r"""'[^']*'|"[^"]*"|[^,]+""", items)]
    if operator == "in":
        return f"({' || '.join(f'{left} == {value}' for value in values)})"
    return f"({' && '.join(f'{left} != {value}' for value in values)})"


def _quote(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _unquote(match: re.Match[str]) -> str:
    text: str = match[1] if match[1] is not None else match[2]
    return re.sub(r"\\(.)", r"\1", text)
