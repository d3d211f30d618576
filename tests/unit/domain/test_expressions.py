"""engine.md 10.1 and 10.2: what becomes of ``${...}``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.domain.engines import EngineLimitError
from podium.domain.expressions import EVERYTHING, evaluate, references
from podium.domain.json import Json, JsonMap
from podium.domain.outcome import TerminateWorkflowError
from tests.support.engines import TablePaths
from tests.support.lookups import TableLookup

TASKS: dict[str, JsonMap] = {
    "t1": {
        "output": {
            "n": 7,
            "f": 1.5,
            "yes": True,
            "none": None,
            "text": "hello",
            "list": [1, "two", {"three": 3}],
            "map": {"a": {"b": 1}},
            "key": "text",
            "c d": "spaced",
            "@type": "tagged",
            "template": "${workflow.input.x}",
            "1": {"inner": "first pass"},
        }
    },
    "my-ref": {"output": {"x": "dashed"}},
}


def roots(task_id: str | None = "task-1") -> TableLookup:
    return TableLookup(
        {"workflow": {"input": {"x": "from input"}, "workflowId": "w1"}, **TASKS},
        task_id,
        {"REGION": "eu", "JSON": '{"a": {"b": [5]}}'},
    )


def value(template: Json, paths: TablePaths | None = None) -> Json:
    return evaluate(template, roots(), paths or TablePaths())


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${t1.output.n}", 7),
        ("${t1.output.f}", 1.5),
        ("${t1.output.yes}", True),
        ("${t1.output.none}", None),
        ("${t1.output.text}", "hello"),
        ("${t1.output.list}", [1, "two", {"three": 3}]),
        ("${t1.output.map}", {"a": {"b": 1}}),
        ("${t1.output}", TASKS["t1"]["output"]),
    ],
)
def test_a_text_that_is_one_expression_keeps_the_type_of_the_value(template, expected):
    assert value(template) == expected
    assert type(value(template)) is type(expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("n=${t1.output.n}", "n=7"),
        ("${t1.output.n}${t1.output.f}", "71.5"),
        ("${t1.output.yes} ${t1.output.none}", "true null"),
        ("${t1.output.text}, world", "hello, world"),
        (" ${t1.output.n}", " 7"),
        ("x${missing.output.y}", "xnull"),
    ],
)
def test_an_expression_inside_text_is_spliced_in(template, expected):
    assert value(template) == expected


def test_a_map_or_list_spliced_into_text_becomes_json():
    assert value("m=${t1.output.map}") == 'm={"a":{"b":1}}'
    assert value("l=${t1.output.list}") == 'l=[1,"two",{"three":3}]'


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${t1.output.list[0]}", 1),
        ("${t1.output.list[-1].three}", 3),
        ("${t1.output.list[3]}", None),
        ("${t1.output.list[-4]}", None),
        ("${t1.output.list.three}", None),
        ("${t1.output.text[0]}", None),
        ("${t1.output.n.more}", None),
        ("${t1.output['c d']}", "spaced"),
        ('${t1.output["c d"]}', "spaced"),
        ("${t1['output']['map'].a['b']}", 1),
        ("${['t1'].output.n}", 7),
        ("${$.t1.output.n}", 7),
        ("${$['t1'].output.n}", 7),
        ("${ t1.output.n }", 7),
        ("${t1.output.@type}", "tagged"),
        ("${t1.output.1.inner}", "first pass"),
        ("${my-ref.output.x}", "dashed"),
        ("${workflow.input.x}", "from input"),
        ("${workflow.createTime}", None),
        ("${nobody.output.x}", None),
    ],
)
def test_plain_paths_are_walked_without_the_path_engine(template, expected):
    paths = TablePaths()
    assert value(template, paths) == expected
    assert paths.seen == []


@pytest.mark.parametrize(
    ("template", "path", "document"),
    [
        ("${t1.output.list[*].three}", "$[*].three", [1, "two", {"three": 3}]),
        ("${t1.output.list.length()}", "$.length()", [1, "two", {"three": 3}]),
        ("${t1.output.list[0:2]}", "$[0:2]", [1, "two", {"three": 3}]),
        ("${t1.output.map..b}", "$..b", {"a": {"b": 1}}),
        ("${t1.output.map[?(@.b > 0)]}", "$[?(@.b > 0)]", {"a": {"b": 1}}),
        ("${t1.output.c d}", "$ d", None),
        ("${nobody.output[*]}", "$[*]", None),
        ("${workflow.env.JSON.a.b[*]}", "$[*]", [5]),
    ],
)
def test_other_paths_go_to_the_path_engine_with_what_the_plain_part_leads_to(
    template, path, document
):
    paths = TablePaths({path: "found"})
    assert value(template, paths) == "found"
    assert paths.seen == [(path, document)]


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("${$..b}", "$..b"),
        ("${*.output}", "$.*.output"),
        ("${t1.output.list[?(@ == $.a.b)]}", "$.t1.output.list[?(@ == $.a.b)]"),
        ("${$}", "$"),
        ("${length()}", "$.length()"),
    ],
)
def test_a_path_over_all_roots_sees_the_workflow_and_every_task(template, path):
    paths = TablePaths()
    value(template, paths)
    [(asked, document)] = paths.seen
    assert asked == path
    assert isinstance(document, dict)
    assert set(document) == {"workflow", "t1", "my-ref"}


def test_a_path_that_is_cut_off_fails_the_workflow_with_a_reason():
    paths = TablePaths({"$[?(@ =~ /(a+)+b/)]": EngineLimitError("cut off after 4 s")})
    with pytest.raises(TerminateWorkflowError, match="cut off after 4 s"):
        value("${t1.output.list[?(@ =~ /(a+)+b/)]}", paths)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${t1.output.${t1.output.key}}", "hello"),
        ("<${t1.output.${t1.output.key}}>", "<hello>"),
        ("${${my-ref.output.ref}.x}", None),
        ("${t1.output.${t1.output.${t1.output.key}}}", None),
        ("${t1.output.list[${t1.output.map.a.b}]}", "two"),
    ],
)
def test_the_inner_expression_is_evaluated_first_as_text(template, expected):
    assert value(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$${x}", "${x}"),
        ("$${x} and ${t1.output.n}", "${x} and 7"),
        ("a $${t1.output.n}", "a ${t1.output.n}"),
        ("$$${x}", "$${x}"),
        ("$$ {x}", "$$ {x}"),
    ],
)
def test_two_dollars_are_an_escape(template, expected):
    assert value(template) == expected


@pytest.mark.parametrize("template", ["${}", "${  }", "${\t\n}"])
def test_a_blank_expression_is_empty_text(template):
    assert value(template) == ""
    assert value(f"a{template}b") == "ab"


@pytest.mark.parametrize(
    "text",
    ["${t1.output.n", "{t1.output.n}", "$t1.output.n", "$ {t1.output.n}", "}${", "${{}", "plain"],
)
def test_text_without_balanced_expressions_is_left_alone(text):
    assert value(text) == text


def test_an_unbalanced_opening_does_not_hide_a_later_expression():
    assert value("${a {${t1.output.n}") == "${a {7"
    assert value("{${t1.output.n}}") == "{7}"


def test_results_are_not_evaluated_again():
    assert value("${t1.output.template}") == "${workflow.input.x}"
    assert value("-${t1.output.template}-") == "-${workflow.input.x}-"


def test_values_are_evaluated_at_any_depth_and_keys_are_not():
    template: Json = {"${t1.output.n}": [{"a": ["${t1.output.n}", 1, None, True]}], "b": {"c": 2.5}}
    assert value(template) == {"${t1.output.n}": [{"a": [7, 1, None, True]}], "b": {"c": 2.5}}


def test_secrets_stay_literal():
    assert value("${workflow.secrets.KEY}") == "${workflow.secrets.KEY}"
    assert value("Bearer ${workflow.secrets.KEY.a[*]}") == "Bearer ${workflow.secrets.KEY.a[*]}"
    assert value("${workflow['secrets'].KEY}") == "${workflow['secrets'].KEY}"


def test_a_computed_name_of_a_secret_is_computed_and_stays_a_reference():
    assert value("${workflow.secrets.${t1.output.key}}") == "${workflow.secrets.text}"
    assert value("<${workflow.secrets.${t1.output.key}.a}>") == "<${workflow.secrets.text.a}>"


def test_the_task_id_is_a_root_where_it_is_known():
    assert value("${CPEWF_TASK_ID}") == "task-1"
    assert value("id ${CPEWF_TASK_ID}") == "id task-1"
    unknown = roots(task_id=None)
    assert evaluate("id ${CPEWF_TASK_ID}", unknown, TablePaths()) == "id ${CPEWF_TASK_ID}"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${workflow.env.REGION}", "eu"),
        ("${workflow.env.JSON.a.b[0]}", 5),
        ("${workflow.env.REGION.a}", None),
        ("${workflow.env.NOBODY}", None),
        ("${workflow.env}", None),
        ("${workflow.env[0]}", None),
    ],
)
def test_the_environment_store_is_read_by_name_and_path(template, expected):
    assert value(template) == expected


def test_no_variable_of_the_process_is_readable(monkeypatch):
    monkeypatch.setenv("NETFLIX_STACK", "leaked")
    assert value(["${NETFLIX_STACK}", "${HOME}", "${PATH}", "${workflow.env.PATH}"]) == [None] * 4


def test_a_template_nested_without_end_fails_the_workflow():
    template: Json = "x"
    for _ in range(5000):
        template = [template]
    with pytest.raises(TerminateWorkflowError, match="nested too deeply"):
        value(template)


def test_deeper_nesting_than_anybody_writes_is_left_alone_and_costs_no_stack():
    deep = "${" * 100_000 + "}" * 100_000
    assert isinstance(value(deep), str | None)
    assert value("${" * 100_000) == "${" * 100_000


@given(st.text(alphabet="${}.t1 a", max_size=40))
def test_any_text_has_a_value(text):
    found = value(text)
    if "${" not in text:
        assert found == text


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("no", set()),
        ("$${x} ${}", set()),
        ("${t1.output.a} ${workflow.input.b}", {"t1", "workflow"}),
        ({"${k}": ["${a.b[0]}", {"c": "${d}"}]}, {"a", "d"}),
        ("${a.${b.c}}", {"a", "b"}),
        ("${$.a.${b.c}}", {"a", "b"}),
        ("${${b.c}.d}", {"b", EVERYTHING}),
        ("${a[${b.c}]}", {"b", EVERYTHING}),
        ("${$..x}", {EVERYTHING}),
        ("${['a b'].c}", {"a b"}),
        (7, set()),
    ],
)
def test_references_are_the_roots_a_template_names(template, expected):
    assert references(template) == expected
