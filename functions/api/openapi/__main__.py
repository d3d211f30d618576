"""``python -m functions.api.openapi`` writes the document; ``--check`` only says whether it is right."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from functions.api.openapi.document import document

DOCUMENT = Path(__file__).resolve().parents[1] / "openapi.json"


def document_text() -> str:
    """The document as it is committed: one line for each leaf, so that a change is seen."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Exit status 1 when ``--check`` finds another document than the route table makes."""
    made = document_text()
    if "--check" not in arguments:
        DOCUMENT.write_text(made, encoding="utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"{DOCUMENT.name} is not what the route table says: run make openapi\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
