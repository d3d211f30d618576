"""Documentation is an artefact like any other: what it leaves out, or points at in vain, fails the build."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.api.routes import ROUTES
from infra.topology import TOPOLOGY
from podium.domain.task_types import SYSTEM_TYPES, UNSUPPORTED
from podium.settings import PREFIX, Settings
from tests.support.command_document import PAGE, with_command_sections

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs/reference"
PRODUCT = ["layers", "functions", "infra", "local"]

METHODS = "GET|POST|PUT|DELETE"
# All forks are FORK on the wire, and may be called so in a definition.
FORK_ON_THE_WIRE = "FORK"

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "events/**/*.md")
    for path in REPOSITORY.glob(pattern)
)


# The section of protocol.md whose points are cited by their number alone: `protocol.md 3, 21c`.
COUNTEREXAMPLES = "11"


def reference(name: str) -> str:
    """The text of one page of docs/reference."""
    return (REFERENCE / name).read_text()


def sources() -> Iterator[tuple[Path, str]]:
    """Every Python file of the product and of the tests, with its text."""
    for folder in [*PRODUCT, "tests"]:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            yield path.relative_to(REPOSITORY), path.read_text()


def sections(text: str) -> set[str]:
    """The numbers one can cite in a page: its headings, and the numbered points below them."""
    numbers, heading = set(), ""
    for line in text.splitlines():
        if found := re.match(r"#+ (\d+[a-z]?(?:\.\d+)*)\b", line):
            heading = found[1]
            numbers.add(heading)
        elif found := re.match(r"(\d+[a-z]?)\. ", line):
            numbers.add(f"{heading}.{found[1]}")
        if heading == COUNTEREXAMPLES:
            numbers |= set(re.findall(r"(?:^|\s)(\d+[a-z]?)\. ", line))
    return numbers


# Links and citations.


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    assert [
        target
        for target in targets
        if not re.match(r"https?:|mailto:|#", target)
        and not (page.parent / target.partition("#")[0]).exists()
    ] == []


def test_every_cited_section_exists():
    """A docstring that says `engine.md 10.2` or `protocol.md 3` can be followed."""
    numbered = {page.stem: sections(page.read_text()) for page in REFERENCE.glob("*.md")}
    numbers = r"(\d+[a-z]?(?:\.\d+)*)"
    citation = re.compile(
        rf"\b([a-z][a-z-]*)\.md (?:§|section )?{numbers}(?:(?:, | and ){numbers})*"
    )
    assert [
        f"{path}: {match[0]}"
        for path, text in sources()
        for match in citation.finditer(text)
        for number in re.findall(numbers, match[0].partition(".md ")[2])
        if number not in numbered.get(match[1], set())
    ] == []


def test_nothing_cites_a_page_that_is_not_here():
    known = {page.name for page in PAGES}
    assert [
        f"{path}: {name}"
        for path, text in sources()
        for name in re.findall(r"\b[A-Za-z][\w-]*\.md\b", text)
        if name not in known
    ] == []


# Commands.


def test_every_make_target_is_documented_and_every_documented_one_exists():
    makefile = (REPOSITORY / "Makefile").read_text()
    documented = re.findall(r"^\| `make ([a-z-]+)` \|", reference("commands.md"), re.MULTILINE)
    assert sorted(documented) == sorted(re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE))


def test_every_make_target_says_what_it_does():
    makefile = (REPOSITORY / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE)) == sorted(phony)


def test_the_sections_of_the_podium_commands_are_those_of_today():
    page = PAGE.read_text()
    assert with_command_sections(page) == page, "run: python -m tests.support.command_document"


# Routes and task types.


def documented_routes() -> set[tuple[str, str]]:
    """Method and path of every route in rest-api.md, and of Podium's own, without the variables' names.

    A path in a section with a base (`## 5. Tasks - /api/tasks`) goes on from it.
    """
    found = set()
    base, method = "", ""
    own = (REPOSITORY / "docs/waiting.md").read_text()
    for line in (reference("rest-api.md") + own).splitlines():
        if line.startswith("## "):
            heading = re.match(r"## .* — `(/api[\w/]*)`", line)
            base, method = heading[1] if heading else "", ""
        elif header := re.match(rf"\| ({METHODS}) path \|", line):
            method = header[1]
        # In a table the routes are in the first cell; in prose they are wherever a method stands.
        cell = line.partition(" | ")[0] if line.startswith("|") else line
        if not line.startswith("|"):
            method = ""
        for match in re.finditer(rf"(?:\b({METHODS}) )?`(/[^`\s]*|)`", cell):
            method = match[1] or method
            if method:
                path = match[2] if match[2].startswith("/api") else base + match[2].rstrip("/")
                found.add((method, re.sub(r"\{\w+\}", "{}", path)))
    return found


def test_every_route_is_documented():
    documented = documented_routes()
    assert [
        f"{route.method} {route.path}"
        for route in ROUTES
        if (route.method, re.sub(r"\{\w+\}", "{}", route.path)) not in documented
    ] == []


def task_type_pages() -> str:
    """The peer's task types, and those that only Podium has."""
    return reference("tasks.md") + (REPOSITORY / "docs/task-types.md").read_text()


def test_every_task_type_is_documented():
    documented = set(re.findall(r"\b[A-Z][A-Z_]+\b", task_type_pages()))
    assert sorted(SYSTEM_TYPES - documented) == []


def test_every_task_type_that_runs_has_a_section():
    headings = " ".join(re.findall(r"^## .*", task_type_pages(), re.MULTILINE))
    sections_of = set(re.findall(r"\b[A-Z][A-Z_]+\b", headings)) | {FORK_ON_THE_WIRE}
    assert sorted(SYSTEM_TYPES - UNSUPPORTED - sections_of) == []


def test_every_module_of_a_task_type_is_named_after_it():
    folder = REPOSITORY / "layers/engine/python/podium/domain/tasks"
    stems = [path.stem.rstrip("_").upper() for path in folder.glob("*.py")]
    assert sorted(set(stems) - SYSTEM_TYPES - {"__INIT", "DYNAMIC", "SIMPLE", "USER_DEFINED"}) == []


# Settings.


def test_every_setting_is_documented_with_its_default():
    expected = {}
    for field in dataclasses.fields(Settings):
        required = field.default is dataclasses.MISSING
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        expected[PREFIX + field.name.upper()] = "required" if required else f"`{default}`"
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", reference("settings.md"), re.MULTILINE)
    assert dict(rows) == expected


def test_every_variable_that_the_product_names_is_a_setting():
    documented = set(re.findall(r"`(PODIUM_\w+)`", reference("settings.md")))
    assert [
        f"{path}: {name}"
        for path, text in sources()
        if path.parts[0] != "tests"
        for name in re.findall(r"\bPODIUM_[A-Z][A-Z_]*[A-Z]\b", text)
        if name not in documented
    ] == []


def test_every_function_of_the_topology_is_documented():
    architecture = (REPOSITORY / "docs/architecture.md").read_text()
    functions = [function.name for function in TOPOLOGY.functions]
    assert [name for name in functions if not re.search(rf"\b{name}\b", architecture)] == []


def test_the_topology_sets_nothing_but_settings():
    known = {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}
    assert [
        f"{function.name}: {variable.name}"
        for function in TOPOLOGY.functions
        for variable in function.environment
        if variable.name not in known
    ] == []


# Licence and lock.


@pytest.mark.parametrize("name", ["dev.lock", "layer.lock"])
def test_the_lock_pins_by_hash_and_names_no_registry(name: str):
    lock = (REPOSITORY / "requirements" / name).read_text()
    assert "://" not in lock
    assert lock.count("\n    --hash=sha256:") >= len(re.findall(r"^\S+==", lock, re.MULTILINE)) > 0
