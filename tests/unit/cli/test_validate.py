"""podium def validate: all errors at once, each with its place in the file, and no server."""

from __future__ import annotations

import json

import pytest

from tests.support.commands import run_podium

GOOD = """{
  "name": "good",
  "tasks": [
    {"name": "pack", "taskReferenceName": "pack", "type": "SIMPLE"}
  ]
}
"""

BAD = """{
  "name": "bad",
  "version": "one",
  "schemaVersion": 1,
  "tasks": [
    {"name": "a", "taskReferenceName": "a", "type": "SIMPLE", "retryCount": []},
    {"name": "s", "taskReferenceName": "s", "type": "SWITCH", "evaluatorType": "value-param",
     "expression": "x", "inputParameters": {"x": "${nowhere.output.x}"},
     "decisionCases": {
       "a.b": [
         {"name": "w", "taskReferenceName": "w", "type": "WAIT",
          "inputParameters": {"duration": "soon"}},
         {"name": "j", "taskReferenceName": "j", "type": "JOIN", "joinOn": ["nothing"]}
       ]
     }},
    {"name": "t", "taskReferenceName": "a", "type": "TERMINATE", "optionals": true,
     "inputParameters": {"terminationStatus": "ODD"}}
  ]
}
"""


@pytest.fixture
def validate(tmp_path):
    def run(text, *options, kind="def"):
        path = tmp_path / "definition.json"
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return run_podium(kind, "validate", str(path), *options)

    return run


def places(ran):
    """Line, column, path of each finding."""
    return [(each["line"], each["column"], each["path"]) for each in ran.json]


def test_a_good_definition_is_fine(validate):
    ran = validate(GOOD)
    assert (ran.code, ran.out, ran.err.splitlines()[-1][-6:]) == (0, "", ": fine")
    assert validate(GOOD, "--json").json == []


def test_everything_wrong_is_told_at_once_with_its_place(validate):
    ran = validate(BAD, "--json")
    assert ran.code == 1
    assert places(ran) == [
        (3, 3, "$.version"),
        (4, 3, "$.schemaVersion"),
        (6, 63, "$.tasks[0].retryCount"),
        (8, 45, "$.tasks[1].inputParameters.x"),
        (11, 10, "$.tasks[1].decisionCases['a.b'][0]"),
        (13, 10, "$.tasks[1].decisionCases['a.b'][1]"),
        (16, 5, "$.tasks[2]"),
        (16, 19, "$.tasks[2].taskReferenceName"),
        (16, 66, "$.tasks[2].optionals"),
    ]
    assert [each["severity"] for each in ran.json].count("warning") == 1
    assert "did you mean optional?" in ran.json[-1]["message"]


def test_a_person_reads_them_line_by_line(validate):
    ran = validate(BAD)
    assert ran.out.splitlines()[0].endswith(
        "definition.json:3:3: error: $.version: expected a number"
    )
    assert "8 errors" in ran.err


def test_a_warning_alone_is_no_error_unless_it_is_to_be(validate):
    text = GOOD.replace('"name": "good"', '"name": "good", "timeoutSecs": 5')
    assert validate(text).code == 0
    assert "unknown property timeoutSecs, did you mean timeoutSeconds?" in validate(text).out
    assert validate(text, "--strict").code == 1


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{\n "name": }', (2, 10, "$"), "this is not JSON"),
        ("[]", (1, 1, "$"), "it holds no definition"),
        ("7", (1, 1, "$"), "expected an object"),
        ('[{"name": "x", "tasks": 7}]', (1, 16, "$[0].tasks"), "expected an array"),
        ('{"name": "a", "version": NaN}', (1, 15, "$.version"), "NaN is not a number"),
        ('{"name": "\\ud800"}', (1, 1, "$"), "half a surrogate pair"),
        ('{"name": ' + "[" * 201 + "]" * 201 + "}", (1, 1, "$"), "nested deeper than 200 levels"),
        ("[" * 100_000, (1, 1, "$"), "nested too deeply"),
    ],
)
def test_what_is_no_definition_is_told_where(validate, text, place, words):
    ran = validate(text, "--json")
    assert ran.code == 1
    assert place in places(ran)
    assert any(words in each["message"] for each in ran.json)


def test_a_key_that_stands_there_twice_is_a_warning(validate):
    text = GOOD.replace('"name": "good"', '"name": "good", "name": "better"')
    ran = validate(text, "--json")
    assert (ran.code, places(ran)) == (0, [(2, 19, "$.name")])
    assert validate(text, "--strict").code == 1


def test_scripts_and_schemas_are_checked_where_the_engine_is_installed(validate):
    task = {
        "name": "s",
        "taskReferenceName": "s",
        "type": "SWITCH",
        "evaluatorType": "javascript",
        "expression": "1 +",
        "decisionCases": {"a": [{"name": "n", "taskReferenceName": "n", "type": "NOOP"}]},
    }
    ran = validate({"name": "a", "tasks": [task]}, "--json")
    assert "Expression is not well formatted" in ran.json[0]["message"]


def test_an_owner_email_can_be_asked_for(validate):
    assert validate(GOOD, "--owner-email").code == 1


def test_several_files_and_stdin_are_checked(tmp_path):
    path = tmp_path / "good.json"
    path.write_text(GOOD)
    ran = run_podium("def", "validate", str(path), "-", "--json", stdin='{"name": "x"}')
    assert (ran.code, ran.json[0]["file"], ran.json[0]["path"]) == (1, "stdin", "$")


def test_a_file_that_is_not_there_is_exit_code_2():
    ran = run_podium("def", "validate", "/no/such/file.json")
    assert (ran.code, ran.err) == (
        2,
        "podium: cannot read /no/such/file.json: No such file or directory\n",
    )
