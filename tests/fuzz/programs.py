"""Scripts, jq programs, paths, patterns and schemas from a grammar, and worse ones by mutation."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fuzz.values import TEXTS, anything, mutated, nested

#: Regular expressions that never end on ``aaaa...!``, and some that cannot be read.
PATTERNS = (
    "(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(.*)*x",
    "(.*a){25}",
    "(?:a?){40}a{40}",
    "((a*)*)*b",
    "(?=(a+)+)b",
    "\\p{L}+",
    "[",
    "(",
    "a{1,100000}",
    "(?<n>a)\\k<n>*",
    "(?i)A",
    "\ud800",
    "a{99999999999}",
)

SCRIPTS = (
    "while (true) {}",
    "for (;;) { try { throw 1 } catch (e) {} }",
    "function f(n) { return f(n + 1) + 1 } f(0)",
    "let a = []; while (true) a.push(a.slice())",
    "let s = 'x'; while (true) s += s",
    "'x'.repeat(1e7)",
    "'x'.repeat(2 ** 30)",
    "'\\ud800'.repeat(1e6)",
    "Array(1e7).fill(1)",
    "new Array(1e9).join('x')",
    "new ArrayBuffer(2 ** 40)",
    "Object.prototype.x = 1; $",
    "Object.prototype.toJSON = () => { while (true) {} }; ({})",
    "Array.prototype.toJSON = function () { return this }; [1]",
    "JSON.stringify = () => 'x'; JSON.parse = null; 1",
    "globalThis.eval = null; Object.assign = null; $",
    "delete globalThis.Object; $",
    "Object.freeze(globalThis); $",
    "$.__proto__.polluted = 1; ({}).polluted",
    "const p = new Proxy({}, {ownKeys() { while (true) {} }}); p",
    "({toJSON() { throw this }})",
    "({get a() { throw new Error('x'.repeat(1e6)) }})",
    "throw {toString() { throw 1 }}",
    "throw {toString() { while (true) {} }}",
    "throw null",
    "throw Symbol('a')",
    "throw '\\ud800'",
    "throw new Error('\\u0000')",
    "Symbol.iterator",
    "10n ** 100000n",
    "(2n ** 20000000n)",
    "1n << 100000000n",
    "[NaN, Infinity, -Infinity, -0, 1e400]",
    "(function* () { yield* f() })",
    "new Promise(() => {})",
    "async function f() { await f() } f()",
    "Promise.resolve().then(function f() { return Promise.resolve().then(f) }); 1",
    "import('std')",
    "import.meta",
    "new Function('while (true) {}')()",
    "eval('eval(\\'1\\')')",
    "with ($) { a }",
    "'use strict'; undefinedVariable = 1",
    "Reflect.construct(Array, [2 ** 31])",
    "new Date(NaN)",
    "new Date(8.64e15 + 1).toISOString()",
    "[].reduce.call({length: 2 ** 53}, (a, b) => a)",
    "Array.from({length: 1e9})",
    "'a'.padEnd(2 ** 29)",
    "'aaaa'.replace(/a/g, () => 'a'.repeat(1e7))",
    "new Intl.NumberFormat()",
    "[3, 1].sort(() => { while (true) {} })",
    "new WeakRef({}).deref()",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "let o = {}; o.a = o; o",
    "let a = 1; for (let i = 0; i < 500; i++) a = [a]; a",
    "let a = 1; for (let i = 0; i < 1e6; i++) a = [a]; a",
    "label: for (;;) continue label",
    "do ; while (1)",
    "1;" * 5000,
    "(" * 5000 + "1" + ")" * 5000,
    "[" * 20000,
    "a=>" * 3000 + "1",
    "!" * 100_000 + "1",
    "`${" * 500 + "1" + "}`" * 500,
    "x".join("/*") + "1",
    "//",
    "<!-- 1",
    "#!/bin/sh",
    "\u2028 1",
    "\ufeff1",
    "\x00",
    "var \ud800 = 1",
    "'\ud800'",
)

JQ = (
    "repeat(1)",
    "last(range(1e12))",
    "[range(1e12)]",
    "[limit(1e9; repeat(1))]",
    "def f: [f]; f",
    "def f: f; f",
    "def f(x): f(x + 1); f(0)",
    '"x" * 1e9',
    '"x" * 2e7',
    "reduce range(1e9) as $i (0; . + $i)",
    "until(false; .)",
    "while(true; .)",
    "recurse(.)",
    "[recurse(. + 1)]",
    "input, inputs",
    "$ENV, env",
    "input_filename",
    "$__loc__",
    "halt",
    'halt_error("x")',
    "error(null)",
    "error({})",
    'error("\\u0000")',
    "nan, infinite, -infinite, -0",
    "[nan] | sort, tojson",
    "1e1000, -1e1000",
    "100000000000000000000000000000000",
    "implode",
    "[55296] | implode",
    "[1114112] | implode",
    "[-1] | implode",
    "@json, @text, @csv, @html, @uri, @sh, @base64, @base64d",
    "getpath([range(1e6)])",
    "setpath([1e9]; 1)",
    ".[1e9] = 1",
    ".[-1] = 1",
    "[.[]?] | combinations(30)",
    "[range(30)] | [combinations(30)] | length",
    "[1, 2] | [combinations(40)]",
    "tojson | fromjson",
    '"[" * 20000 | fromjson',
    '"1" * 10000 | tonumber',
    "now | todate",
    "1e300 | todate",
    "infinite | todate",
    '"x" | fromdate',
    '"%c" * 1000 as $f | 0 | strftime($f)',
    "limit(-1; 1, 2)",
    "first(empty)",
    "label $f | foreach range(1e9) as $i (0; .; .)",
    "ltrimstr(1), splits(1)?",
    "getpath(1)?",
    "input_line_number",
    "@sh",
    "def a: def b: def c: c; c; b; a",
    "(" * 3000 + "1" + ")" * 3000,
    "[" * 20000,
    "-" * 10000 + "1",
    "1 | " * 3000 + "1",
    '"\\(' * 500 + "1" + ')"' * 500,
    ". as [$a] ?// $a | $a",
    'import "a" as a; 1',
    'include "a"; 1',
    'import "/etc/passwd" as $a; $a',
    "modulemeta",
    "get_search_list",
    "$__prog_args",
    "splits",
    "ascii",
    "debug(repeat(1))",
    "input_line_number | stderr",
    "builtins | length",
    "sql",
    "@\x00",
    "\x00",
    "\ud800",
    '"\ud800"',
    "#",
    "# \\\n1",
    "",
)

_NAMES = (
    "a",
    "b",
    "$",
    "workflow",
    "t0",
    "output",
    "__proto__",
    "length()",
    "é",
    "\ud800",
    "*",
    "..",
    "",
)


def script(random: Random) -> str:
    """A script; many never end, some are none."""
    match random.randrange(6):
        case 0 | 1:
            return random.choice(SCRIPTS)
        case 2:
            pattern, text = random.choice(PATTERNS), "a" * random.choice((5, 40, 5000))
            return f"new RegExp({_quoted(pattern)}).test('{text}!')"
        case 3:
            return mutated(random, random.choice(SCRIPTS)[:400])
        case _:
            return _expression(random, 5)


def _expression(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(
            ("1", "$", "$.a", "'x'", "null", "NaN", "-0", "[]", "({})", "10n", "/a+/")
        )
    left, right = _expression(random, depth - 1), _expression(random, depth - 1)
    match random.randrange(9):
        case 0:
            return f"({left} {random.choice(('+', '-', '*', '**', '%', '<', '===', '??', '&&', '>>>'))} {right})"
        case 1:
            return f"[{left}, {right}, ...[{right}]]"
        case 2:
            return f"({{a: {left}, ['b' + {right}]: 1}})"
        case 3:
            return f"(() => {{ return {left} }})()"
        case 4:
            return f"({left})?.a?.[{right}]"
        case 5:
            return f"((x) => {{ while (x--) {{ {left} }} return {right} }})({random.choice((3, '1e9'))})"
        case 6:
            return f"JSON.parse(JSON.stringify({left}) ?? 'null')"
        case 7:
            return f"String({left}).replace(/(.*)*x/, {right})"
        case _:
            return f"(function f(n) {{ return n > {random.choice((3, '1/0'))} ? {left} : f(n + 1) }})(0)"


def jq(random: Random) -> str:
    """A jq program."""
    match random.randrange(5):
        case 0 | 1:
            return random.choice(JQ)
        case 2:
            pattern, text = random.choice(PATTERNS), "a" * random.choice((5, 40, 5000))
            how = random.choice(("test(", "sub(", "[scan(", "gsub(", "capture("))
            more = '; "x")' if "sub" in how else ")]" if how[0] == "[" else ")"
            return f'"{text}!" | {how}{_quoted(pattern)}{more}'
        case 3:
            return mutated(random, random.choice(JQ)[:400])
        case _:
            return _filter(random, 4)


def _filter(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(
            (".", ".a", ".[]?", "1", '"x"', "null", "[]", "{}", "..", "keys?", "length")
        )
    left, right = _filter(random, depth - 1), _filter(random, depth - 1)
    match random.randrange(8):
        case 0:
            return f"({left} | {right})"
        case 1:
            return f"({left}, {right})"
        case 2:
            return f"[{left}]"
        case 3:
            return f"{{a: {left}, b: ({right})}}"
        case 4:
            return f"(try ({left}) catch ({right}))"
        case 5:
            return f"(reduce range({random.choice((3, '1e9'))}) as $i ({left}; {right}))"
        case 6:
            return f"({left} {random.choice(('+', '-', '*', '//', 'and', '<', '%'))} {right})"
        case _:
            return f"(if {left} then {right} else . end)"


def path(random: Random) -> str:
    """A JSONPath in the dialect of definitions, or near it."""
    text = random.choice(("$", "", "workflow.input", "t0.output", "$.", "@", "$..", "*"))
    for _ in range(random.randrange(1, 6)):
        name = random.choice(_NAMES)
        match random.randrange(9):
            case 0 | 1:
                text += f".{name}"
            case 2:
                text += f"[{random.choice(('0', '-1', '*', '0,1', '1:', ':', '-1:', '9' * 30, '0:9:0', 'a'))}]"
            case 3:
                text += f"['{name}']"
            case 4:
                text += "[?(" + _condition(random) + ")]"
            case 5:
                text += f"..{name}"
            case 6:
                text += "." + random.choice(
                    (
                        "sum()",
                        "length()",
                        "concat(1)",
                        "append('x')",
                        "index(1e9)",
                        "stddev()",
                        "nobody(()",
                    )
                )
            case 7:
                text += "..*" * random.choice((1, 3, 6))
            case _:
                text = mutated(random, text)
    return text


def _condition(random: Random) -> str:
    match random.randrange(6):
        case 0 | 1:
            return f"@ =~ /{random.choice(PATTERNS)}/"
        case 2:
            return f"@.{random.choice(_NAMES)} {random.choice(('==', '>', 'in', '=~', '!='))} {random.choice(('1', 'null', '[1,2]', 'true', '@.a', '$.b'))}"
        case 3:
            return "(" * 200 + "@.a" + ")" * 200
        case 4:
            return " && ".join(["@.a"] * 300)
        case _:
            return mutated(random, "@.a == 'x' || @.b =~ /a.*/i")


def schema(random: Random) -> Any:
    """A JSON Schema, or nearly one."""
    pattern = random.choice(PATTERNS)
    made: list[Any] = [
        {"properties": {"a": {"pattern": pattern}}},
        {"patternProperties": {pattern: {"type": "string"}}},
        {"propertyNames": {"pattern": pattern}},
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"$ref": "http://127.0.0.1:1/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$id": "urn:x", "$dynamicRef": "#x"},
        {"$schema": "http://json-schema.org/draft-03/schema#"},
        {"$schema": random.choice(TEXTS)},
        {"allOf": [{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}, {"$ref": "#"}]},
        {"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"}},
        {"multipleOf": 1e-308},
        {"multipleOf": 0},
        {"minimum": 10**400},
        {"type": anything(random)},
        {"enum": [nested(150)]},
        {"uniqueItems": True},
        {"anyOf": [{"anyOf": [{"not": {}}] * 30}] * 30},
        {"format": "regex", "contentEncoding": "base64"},
        {"unevaluatedProperties": False, "if": {"$ref": "#"}},
        nested(100),
        {"properties": {str(number): {"pattern": "(a+)+$"} for number in range(50)}},
    ]
    return random.choice(made)


def document(random: Random) -> Any:
    """What a program is given."""
    match random.randrange(6):
        case 0:
            return {"a": "a" * 40 + "!", "b": [1, 2, {"a": "a" * 60 + "!"}]}
        case 1:
            return {"a": nested(random.choice((5, 150))), "b": list(range(200))}
        case 2:
            return {f"k{number}": anything(random) for number in range(5)}
        case 3:
            return {"a": "x" * 1_000_000}
        case 4:
            return {f"a{number}": [{"a": [{"a": number}] * 10}] * 10 for number in range(3)}
        case _:
            return {"a": 1}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
