"""The OpenAPI document and the page that shows it (rest-api.md 8)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from podium.json_text import decode_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request

_FOLDER = Path(__file__).resolve().parents[1]


def openapi(request: Request, engine: Engine) -> Json:
    """The document as it was made when Podium was built."""
    return _document()


def page(request: Request, engine: Engine) -> str:
    """A page that needs nothing from other hosts."""
    return _page()


@cache
def _document() -> Json:
    return decode_json((_FOLDER / "openapi.json").read_text(encoding="utf-8"))


@cache
def _page() -> str:
    return (_FOLDER / "swagger.html").read_text(encoding="utf-8")
