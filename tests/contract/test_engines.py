"""The expression engines keep their ports' promises, and nothing gets out of their sandbox.

Limits are short here: what runs for ever is cut off just as well after a moment.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest

from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.jsonpath import JsonPaths
from podium.adapters.engines.quickjs import QuickJsScripts
from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.engines.zones import SystemZones
from podium.domain.engines import EngineError, EngineLimitError

SHORT = Limits(seconds=0.3, grace=0.5)
#: Less than it takes to read a hundred kilobytes, on any machine.
SHORTEST = Limits(seconds=0.002, grace=0)


@pytest.fixture(scope="module")
def scripts() -> QuickJsScripts:
    return QuickJsScripts()


@pytest.fixture(scope="module")
def hasty_scripts() -> QuickJsScripts:
    return QuickJsScripts(SHORT)


@pytest.fixture(scope="module")
def jq() -> JqPrograms:
    return JqPrograms()


@pytest.fixture(scope="module")
def hasty_jq() -> JqPrograms:
    return JqPrograms(SHORT)


@pytest.fixture(scope="module")
def paths() -> JsonPaths:
    return JsonPaths()


# JavaScript


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("1 + 1", 2),
        ("4 / 2", 2),
        ("1.5", 1.5),
        ("2 ** 53", 2**53),
        ("1e20", 1e20),
        ("-0", 0),
        ("NaN", None),
        ("10n", 10),
        ("'text'", "text"),
        ("'nul \\u0000 stays'", "nul \x00 stays"),
        ("'half \\ud83d of a pair'", "half \ufffd of a pair"),
        ("'\\ud83d\\ude00'", "\U0001f600"),
        ("'\\\\ud800'", "\\ud800"),
        ("true", True),
        ("null", None),
        ("undefined", None),
        ("(function () {})", None),
        ("new Date(0)", {}),
        ("new Map([[1, 2]])", {}),
        ("({a: [1.0, 'x', null], f: () => 1, u: undefined})", {"a": [1, "x", None]}),
        ("[undefined, () => 1]", [None, None]),
        ("function e() { return $.a * 2; } e();", 14),
        ("(function () { return $.a > 5; })()", True),
        ("if ($.a > 5) { 'big' } else { 'small' }", "big"),
        ("JSON.stringify(new Date(0))", '"1970-01-01T00:00:00.000Z"'),
        ("$.nobody", None),
        ("", None),
    ],
)
def test_the_value_of_the_last_statement_is_the_result(scripts, script, expected):
    result = scripts.evaluate(script, {"$": {"a": 7}})
    assert result == expected
    assert type(result) is type(expected)


def test_scripts_work_on_a_deep_copy(scripts):
    value = {"a": {"b": 1}}
    assert scripts.evaluate("$.a.b = 2; $", {"$": value}) == {"a": {"b": 2}}
    assert value == {"a": {"b": 1}}


def test_nothing_is_left_behind_for_the_next_script(scripts):
    scripts.evaluate("var left = 1; JSON = null; Object.prototype.evil = 1;", {})
    assert scripts.evaluate("typeof left + typeof JSON + typeof ({}).evil", {}) == (
        "undefinedobjectundefined"
    )


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("throw new Error('out of stock')", "Error: out of stock"),
        ("throw 'plain'", "plain"),
        ("nobody.x", "ReferenceError: nobody is not defined"),
        ("1 +", "SyntaxError: "),
        ("return 1", "SyntaxError: return not in a function"),
        ("console.log(1)", "ReferenceError: console is not defined"),
        ("const o = {}; o.o = o; o", "circular"),
        ("std.open('/etc/passwd')", "ReferenceError"),
        ("require('fs')", "ReferenceError"),
        ("Array(300).fill(0).reduce(value => [value], 0)", "nested too deeply"),
    ],
)
def test_a_failing_script_says_why(scripts, script, message):
    with pytest.raises(EngineError, match=message) as caught:
        scripts.evaluate(script, {})
    assert not isinstance(caught.value, EngineLimitError)


def test_bindings_that_are_not_json_are_refused(scripts):
    with pytest.raises(EngineError, match="not JSON"):
        scripts.evaluate("1", {"$": float("nan")})


@pytest.mark.parametrize(
    "script",
    [
        "while (true) {}",
        "try { while (true) {} } catch (error) { while (true) {} }",
        "/^(a+)+$/.test('a'.repeat(60) + 'b')",
        "const list = []; while (true) list.push(new Array(100000).fill(1))",
        "'x'.repeat(2 ** 29)",
        "'x'.repeat(2e7)",
        "function f() { f(); } f()",
        "let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; o",
        # QuickJS does not look at its clock inside this one: the process is killed.
        "new Array(1e9).join('x')",
        "'a'.repeat(1e7).indexOf('a'.repeat(5e6) + 'b')",
    ],
)
def test_a_script_without_end_is_cut_off_and_the_next_one_runs(hasty_scripts, script):
    with pytest.raises(EngineLimitError, match="cut off"):
        hasty_scripts.evaluate(script, {})
    assert hasty_scripts.evaluate("$ + 1", {"$": 1}) == 2


def test_the_syntax_of_a_script_is_checked_without_running_it(scripts):
    assert scripts.check("while (true) {}") is None
    assert scripts.check("throw 1") is None
    assert "SyntaxError" in scripts.check("if (")
    assert "SyntaxError" in scripts.check("}")
    assert "SyntaxError" in scripts.check("return 1")


# jq


@pytest.mark.parametrize(
    ("program", "document", "expected"),
    [
        (".a", {"a": 1}, [1]),
        (".a / 2", {"a": 4}, [2]),
        (".a", {"a": 1.5}, [1.5]),
        (".a", {"a": 2**53}, [2**53]),
        ("1e19, 1e18", {}, [1e19, 10**18]),
        (".[] | . + 1", [1, 2], [2, 3]),
        ("empty", {}, []),
        (".nobody", {}, [None]),
        (".", {"a": "line\nbreak \u2028 \U0001f600"}, [{"a": "line\nbreak \u2028 \U0001f600"}]),
        ("env, $ENV", {}, [{}, {}]),
        ("debug, stderr", 1, [1, 1]),
    ],
)
def test_jq_gives_all_values_a_program_emits(jq, program, document, expected):
    values = jq.transform(program, document)
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (".[", "syntax error"),
        ('error("no stock")', "no stock"),
        (".a.b", "Cannot index array"),
        ("nobody(1)", "nobody/1 is not defined"),
        ("input", "break"),
    ],
)
def test_a_failing_jq_program_says_why(jq, program, message):
    with pytest.raises(EngineError, match=message) as caught:
        jq.transform(program, {"a": [1]})
    assert not isinstance(caught.value, EngineLimitError)


def test_a_jq_program_reads_no_file_and_no_variable(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text('"leaked"')
    monkeypatch.setenv("PODIUM_PRIVATE", "leaked")
    fresh = JqPrograms()
    with pytest.raises(EngineError, match="Could not open"):
        fresh.transform(f'import "a" as $x {{search: "{tmp_path}"}}; $x', None)
    assert fresh.transform("env", None) == [{}]


@pytest.mark.parametrize(
    "program",
    [
        "repeat(1)",
        "last(range(1e12))",
        "[range(1e12)]",
        "def f: [f]; f",
        '"x" * 1e9',
        '"x" * 2e7',
    ],
)
def test_a_jq_program_without_end_is_cut_off_and_the_next_one_runs(hasty_jq, program):
    with pytest.raises(EngineLimitError, match="cut off"):
        hasty_jq.transform(program, None)
    assert hasty_jq.transform(". + 1", 1) == [2]


# JSONPath

DOCUMENT = {
    "books": [
        {"title": "Moby", "price": 9, "where": "sea"},
        {"title": "Sword's", "price": 12.5},
        {"title": "none", "price": None},
    ],
    "prices": [3, 1, 2],
    "c d": {"e.f": 1},
    "text": "abc",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.books[0].title", "Moby"),
        ("books[-1].title", "none"),
        ("$['c d']['e.f']", 1),
        ("prices[3]", None),
        ("nobody.at.all", None),
        ("$", DOCUMENT),
        ("books[*].title", ["Moby", "Sword's", "none"]),
        ("books.*.title", ["Moby", "Sword's", "none"]),
        ("books[0:2].price", [9, 12.5]),
        ("prices[-2:]", [1, 2]),
        ("prices[0,2]", [3, 2]),
        ("$..price", [9, 12.5, None]),
        ("$..books[0].title", ["Moby"]),
        ("$..where", ["sea"]),
        ("$..nobody", []),
        ("nobody[*]", []),
        ("text[0:1]", []),
        ("books[?(@.price > 10)].title", ["Sword's"]),
        ("books[?(@.price > 10 || @.title == 'Moby')].price", [9, 12.5]),
        ("books[?(@.price > 5 && @.where)].title", ["Moby"]),
        ("books[?(@.where == 'sea')].title", ["Moby"]),
        ("books[?(@.title == 'Sword\\'s')].price", [12.5]),
        ("books[?(@.title in ['Moby', 'none'])].title", ["Moby", "none"]),
        ("books[?(@.title nin ['Moby', 'none'])].title", ["Sword's"]),
        ("books[?(@.title =~ /m.*y/i)].price", [9]),
        ("books[?(@.title =~ /M/)].price", []),
        ("prices[?(@ >= 2)]", [3, 2]),
        ("books[0]['title','price']", {"title": "Moby", "price": 9}),
        ("books.length()", 3),
        ("books.size()", 3),
        ("$.length()", 4),
        ("text.length()", None),
        ("books[*].length()", [3, 2, 2]),
        ("$..price.length()", 3),
        ("books[0].keys()", ["title", "price", "where"]),
        ("prices.min()", 1),
        ("prices.max()", 3),
        ("prices.sum()", 6),
        ("prices.avg()", 2),
        ("text.sum()", None),
        ("prices.first()", 3),
        ("prices.last()", 2),
        ("prices.index(1)", 1),
        ("prices.index(9)", None),
        ("prices.append(4)", [3, 1, 2, 4]),
        ("$['books'][*]['title'].concat()", [None, None, None]),
        ("nobody.length()", None),
    ],
)
def test_paths_follow_the_dialect_of_definitions(paths, path, expected):
    assert paths.find(path, DOCUMENT) == expected
    assert paths.check(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "books[",
        "books[?(@.price >]",
        "books[?(@.price > 1)",
        "books[0:2:1]",
        "a b",
        "prices + prices",
        "books where title",
        "prices.nobody()",
        "prices.length().more",
        "books[?(@.title == Moby)]",
        "$..['a','b']",
        "$..length()",
    ],
)
def test_bad_syntax_is_null_and_reported_when_asked_for(paths, path):
    assert paths.find(path, DOCUMENT) is None
    assert paths.check(path)


def test_a_bad_pattern_in_a_filter_is_null(paths):
    assert paths.find("books[?(@.title =~ /(/)]", DOCUMENT) is None


def test_a_path_without_end_is_cut_off_and_the_next_one_runs():
    hasty = JsonPaths(SHORT)
    with pytest.raises(EngineLimitError, match="cut off"):
        hasty.find("$[?(@ =~ /(a+)+b/)]", ["a" * 60])
    assert hasty.find("$[*]", [1]) == [1]


# Zones


@pytest.mark.parametrize(
    ("name", "month", "hours"),
    [
        ("UTC", 5, 0),
        ("GMT", 5, 0),
        ("Z", 5, 0),
        ("Asia/Tokyo", 5, 9),
        ("PST", 1, -8),
        ("PST", 5, -7),
        ("pdt", 1, -8),
        ("Europe/Paris", 5, 2),
    ],
)
def test_zones_are_found_by_long_and_short_names(name, month, hours):
    zone = SystemZones().find(name)
    assert datetime(2030, month, 17, tzinfo=zone).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["Middle/Earth", "../../etc/passwd", "/etc/passwd", "America", ""])
def test_what_is_no_zone_is_not_found(name):
    assert SystemZones().find(name) is None


# The sandbox itself


def test_a_child_that_died_is_replaced_unnoticed():
    engine = JqPrograms()
    engine.transform(".", 1)
    [child] = engine._sandbox._idle
    child._process.kill()
    child._process.wait()
    assert engine.transform(".", 2) == [2]


def test_what_programs_leave_in_a_child_is_not_the_next_ones_limit():
    # The child keeps what it has read, and some ten of these fill it.
    engine = JsonSchemas(Limits(memory=64 * 1024 * 1024))
    for number in range(15):
        assert engine.problems({"const": [{"a": number}] * 20_000}, 1)


@pytest.mark.parametrize("path", ["$" + "[?(@.a)]" * 20_000, "$[?(" + "(" * 100_000 + ")]"])
def test_a_path_that_takes_long_to_read_is_reported_when_asked_for(path):
    assert "ran too long" in str(JsonPaths(SHORTEST).check(path))


def test_a_script_that_takes_long_to_read_is_reported_when_asked_for():
    assert "ran too long" in str(QuickJsScripts(SHORTEST).check("a=1;" * 400_000))


def test_threads_do_not_get_each_others_answers():
    engine = JqPrograms()
    answers: dict[int, list[object]] = {}

    def work(number: int) -> None:
        answers[number] = [engine.transform(". * 2", number)[0] for _ in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [number * 2] * 20 for number in range(4)}


def test_importing_the_engines_loads_none_of_them():
    program = (
        "import sys; import podium.adapters.engines.jq, podium.adapters.engines.jsonpath, "
        "podium.adapters.engines.quickjs; "
        "print([name for name in ('jq', 'jsonpath_ng', 'quickjs', '_quickjs') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


_PARENT = """
import sys
from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.engines.zones import SystemZones
engine = JqPrograms(Limits(seconds=1))
engine.transform(".", 1)
print(engine._sandbox._idle[0]._process.pid, flush=True)
sys.stdin.readline()
print("going", flush=True)
engine.transform(sys.argv[1], 1)
sys.stdin.readline()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to watch a process")
@pytest.mark.parametrize("program", [".", "repeat(1)"], ids=["idle", "busy"])
def test_the_child_goes_when_its_parent_is_killed(program):
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.stdin.write(b"go\n")
        parent.stdin.flush()
        assert parent.stdout.readline() == b"going\n"
        parent.send_signal(signal.SIGKILL)
    gone, _, _ = select.select([child], [], [], 30)
    os.close(child)
    assert gone == [child]
