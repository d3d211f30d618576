"""JSON as clients send it and as they get it: read strictly, written in UTF-8."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json

#: A body nested deeper is refused: the recursion in everybody who reads it has to end somewhere.
MAX_DEPTH = 200
#: A string, ended or not, or a bracket outside strings.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def decode_json(text: str) -> Json:
    """Read JSON strictly: None for nothing at all, InvalidInputError for what no store could keep.

    Refused beside bad syntax: NaN and numbers beyond a double, half surrogate pairs, and nesting
    deeper than ``MAX_DEPTH``.
    """
    if not text.strip():
        return None
    _check_depth(text)
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except InvalidInputError:
        raise
    except ValueError as error:
        raise InvalidInputError(f"the body is not valid JSON: {error}") from None
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise InvalidInputError("the body holds half a surrogate pair") from None
    return value


def encode_json(value: Json) -> str:
    """Compact JSON that can be sent as UTF-8.

    Text is written as it is, so that it takes no more bytes than it has. Half of a surrogate pair,
    which a script can make and UTF-8 has not, makes all of it ASCII.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def answer_weight(value: Json) -> int:
    """Bytes that ``value`` takes as the body of a Lambda function's answer.

    The body is JSON within JSON: its quotes and backslashes are escaped once more.
    """
    return text_weight(encode_json(value))


def text_weight(text: str) -> int:
    """As :func:`answer_weight`, of what :func:`encode_json` wrote."""
    return len(text.encode()) + text.count('"') + text.count("\\")


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise InvalidInputError(f"the body is nested deeper than {MAX_DEPTH} levels")


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidInputError(f"the body is not valid JSON: {name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise InvalidInputError(f"the body holds the number {text}, which no double can hold")
    return number
