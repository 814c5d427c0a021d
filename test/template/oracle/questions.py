"""Makes the questions for ask.py, always the same ones: questions.py FOLDER writes variables.json and one file of JSON lines for each subject."""
import itertools
import json
import random
import sys

VARS = {
    'i': 7, 'neg': -3, 'zero': 0, 'big': {'$int': '123456789012345678901234567890'}, 'f': {'$float': '2.5'}, 'nf': {'$float': '-0.75'},
    's': 'abc', 'e': '', 'num': '42', 'u': 'naïve ☃', 'l': [3, 1, 2], 'el': [], 'm': ['b', 'A', 'c'], 'd': {'a': 1, 'b': [1, 2]},
    'ed': {}, 't': True, 'n': None, 'hosts': [{'name': 'a', 'role': 'cp', 'w': 3}, {'name': 'b', 'role': 'wk', 'w': 1}, {'name': 'c', 'role': 'wk', 'w': 2}],
    'lazy': {'x': '{{ i + 1 }}', 'y': ['{{ s }}', 'z']}, 'nested': {'a': {'b': {'c': 5}}},
}
ATOMS = ['i', 'neg', 'zero', 'big', 'f', 'nf', 's', 'e', 'num', 'u', 'l', 'el', 'd', 'ed', 't', 'n', 'false', '(1, 2)', '"abd"', '1.0', '3', 'nope']


def operators():
    for op in ['+', '-', '*', '/', '//', '%', '**', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'and', 'or', '~']:
        for a, b in itertools.product(ATOMS, ATOMS):
            if op == '**' and (a == 'big' or b == 'big'):
                continue
            if op == '*' and 'big' in (a, b) and (a, b) != ('big', 'big') and not {a, b} & {'i', 'neg', 'zero', 'f', 'nf', 't', 'false', '1.0', '3'}:
                continue
            yield {'template': '{{ %s %s %s }}' % (a, op, b)}
    for a in ATOMS:
        for form in ['-%s', '+%s', 'not %s', '%s if %s else 1', '%s | string', '%s | int', '%s | float', '%s | length', '%s | bool', '%s | list', '%s | type_debug', '%s | to_json', '%s | to_yaml',
                     '%s | to_nice_yaml', '%s | default("D")', '%s | default("D", true)', '%s is string', '%s is number', '%s is mapping', '%s is sequence', '%s is iterable', '%s is boolean',
                     '%s is none', '%s is integer', '%s is float', '%s is defined', '%s is callable', '%s[0]', '%s[-1]', '%s[1:]', '%s[::-1]', '%s.a', '%s["a"]', '%s | first', '%s | last', '%s | sort',
                     '%s | unique', '%s | max', '%s | sum', '%s | join(",")', '%s | abs', '%s | round', '%s | upper', '%s | reverse', '%s | flatten', '%s | quote', '%s | b64encode', '%s | urlencode', '%s | pprint',
                     '%s | ternary("y", "z", "n")', '%s | hash', '%s | tojson', '%s | dictsort', '%s | items', '%s | trim', '%s | title', '%s | comment', '%s | indent', '%s | wordcount', '%s | replace("a", "b")']:
            yield {'template': '{{ %s }}' % (form.replace('%s', a))}


def strings():
    texts = ['"Hello World"', '""', '"a,b,,c"', '"  pad  "', '"x=1;y=2"', '"ünï cödé"', '"line1\\nline2\\r\\nline3"', '"ABC"', '"123"', '"a.b.c"', '"it\'s"', '"ß"']
    calls = ['capitalize()', 'casefold()', 'center(15)', 'center(16, "*")', 'count("l")', 'endswith("d")', 'endswith(("c", "d"))', 'expandtabs()', 'find("l")', 'find("o", 5)', 'rfind("l")', 'isalnum()', 'isalpha()', 'isdigit()',
             'islower()', 'isspace()', 'istitle()', 'isupper()', 'join(["1", "2"])', 'ljust(14)', 'ljust(14, ".")', 'lower()', 'lstrip()', 'lstrip("Ha")', 'partition(",")', 'partition(" ")', 'rpartition(".")', 'removeprefix("a")',
             'removesuffix("c")', 'replace("l", "L")', 'replace("l", "L", 1)', 'replace("", "-")', 'rjust(14, "0")', 'rsplit()', 'rsplit(",", 1)', 'rsplit(None, 1)', 'rstrip()', 'rstrip("dl")', 'split()', 'split(",")', 'split(",", 1)', 'split(None, 1)', 'splitlines()',
             'splitlines(true)', 'startswith("H")', 'startswith("e", 1)', 'strip()', 'strip(" pH")', 'swapcase()', 'title()', 'upper()', 'zfill(14)', 'isidentifier()', 'isnumeric()', 'isdecimal()', 'index("l")', 'isascii()']
    for text, call in itertools.product(texts, calls):
        yield {'expression': '%s.%s' % (text, call)}


def formats():
    specs = ['', 'd', '5d', '<5d', '^7d', '+d', ' d', '05d', '#x', 'x', 'X', 'o', 'b', '#b', ',d', '_d', '08,d', 'e', '.2e', 'f', '.0f', '.3f', '10.2f', '<10.2f', '+.1f', 'g', '.3g', 'G', '%', '.1%', 's', '10', '>10', '*^12', 'n', 'c', ',.2f', '012.3f', '.10', '=+8', '<08']
    for spec, value in itertools.product(specs, ['42', '-7', '1234567', '3.14159', '-0.5', '1e20', '1234.5', '"text"', 'true']):
        yield {'expression': '"{:%s}".format(%s)' % (spec, value)}
    for spec in ['%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%#x', '%X', '%o', '%e', '%.2f', '%8.3f', '%-8.1f|', '%g', '%G', '%s', '%10s', '%-10s|', '%.2s', '%r', '%c', '%i', '%u', '%5.1f%%', '%03d']:
        for value in ['42', '-7', '3.14159', '1e20', '"text"', 'true', '[1, "a"]', '(1,)']:
            yield {'expression': '"%s" %% %s' % (spec, value)}
    for text in ['"{} {}".format(1, 2)', '"{1} {0}".format(1, 2)', '"{a} {b}".format(a=1, b="x")', '"{0[a]} {0[b][0]}".format(d)', '"{!r} {!s}".format("a", "b")', '"{{}} {}".format(1)', '"{:>{w}}".format("a", w=5)', '"{0.real}".format(3)',
                 '"{} {}".format(1)', '"{".format(1)', '"%(a)s %(b)05d" % {"a": 1, "b": 2}', '"%s %s" % (1, 2)', '"%s" % (1, 2)', '"%d" % "x"', '"%*d" % (5, 3)', '"100%%" % ()', '"{:%Y}".format("x")']:
        yield {'expression': text}


def regexes():
    subjects = ['foo123bar', 'Foo\nbar\nBAZ', 'a.b-c_d', 'key=value; k2 = v2', '2024-01-31T10:20:30', 'ünï 42', '', '192.168.1.10/24', 'aaa', "v1.24.3+k3s1"]
    patterns = [r'\d+', r'^\w+', r'[a-z]+$', r'(?i)foo', r'(?P<k>\w+)\s*=\s*(?P<v>\w+)', r'\bbar\b', r'^bar', r'\Abar|BAZ\Z', r'(\d{4})-(\d\d)', r'[^\w]+', r'.', r'.*', r'a{2}', r'a{,2}', r'[\w.-]+', r'\s', r'(a)(b)?', r'x*', r'(?:foo|bar)', r'(?<=\.)\d+', r'(?!\d)\w',
                r'[]a]', r'[^]a]+', r'\.', r'\-', r'(?m)^\w+$', r'(?s)o.b', r'(?x) \d + # digits', r'v?(\d+)\.(\d+)', r'[[:alpha:]]', r'\S+', r'(.)\1', r'(?P<c>.)(?P=c)', r'{', r'a{x}', r'\W', r'[\W\d]+', r'\D+', r'[\S]+', r'$', r'\n$', r'o$']
    for subject, pattern in itertools.product(subjects, patterns):
        yield {'expression': 'x | regex_findall(p)', 'vars': {'x': subject, 'p': pattern}}
    for subject, pattern in itertools.product(subjects, patterns[:24]):
        yield {'expression': 'x | regex_replace(p, "<\\\\g<0>>")', 'vars': {'x': subject, 'p': pattern}}
        yield {'expression': '[x is match(p), x is search(p), x is regex(p), x | regex_search(p)]', 'vars': {'x': subject, 'p': pattern}}
    for pattern, replacement in [(r'(\w)(\w)', r'\2\1'), (r'(?P<a>\w)', r'[\g<a>]'), (r'\d', r'\\'), (r'b', r'\n'), (r'(b)|(c)', r'<\1\2>'), (r'z', r'\1'), (r'b', r'\q'), (r'b', '$1$&')]:
        yield {'expression': 'x | regex_replace(p, r)', 'vars': {'x': 'abc1', 'p': pattern, 'r': replacement}}
    for text in ['a.b', 'a b', 'x-y_z', '(1+2)*3', 'ü/é', '#~&', '\t', '']:
        yield {'expression': 'x | regex_escape', 'vars': {'x': text}}
        yield {'expression': 'x | regex_escape("posix_basic")', 'vars': {'x': text}}
        yield {'expression': 'x | quote', 'vars': {'x': text}}


WORDS = ['yes', 'no', 'null', '~', '', '1', '-1', '0x1f', '012', '0o7', '1_000', '1.5', '1e3', '1.e+3', '.5', '.inf', '-.INF', '.nan', '12:30:45', '2020-01-02', '2020-01-02 03:04:05', '=', '<<', 'true', 'on', 'y', 'a: b', 'a:b', 'a #b', 'a#b', '- a', '-a', '-', '---', '--- a', '...',
         '? a', '?a', ': a', ':a', '!x', '&x', '*x', '@x', '`x', '%x', '|', '>', '[a', ']', '{a', '}', ',', 'a,b', '"q"', "'q'", "it's", 'back\\slash', ' lead', 'trail ', 'two\nlines', 'end\n', '\nstart', 'a\n\nb', 'a\n b', 'tab\there', '\t', 'bell\x07', 'é', '☃ snow', '\U0001f600', '\x85', '\u2028', '\ufeff', 'nul\x00',
         'x' * 90, 'word ' * 25, 'long ' * 20 + "with 'quotes' and: colons " * 3, 'a' * 60 + ' ' + 'b' * 60, ' '.join(['wörd'] * 30), 'http://example.com/a?b=c#d', '/etc/passwd', '*.txt', '0.0.0.0/0', '10.0.0.1', 'a|b', 'a>b', 'a%b', 'x@y', '$HOME', '{{'[:1] + ' x', '#!/bin/sh\necho "hi"\n', '<html>', '- - a', 'key:', '"', "''", '\\n']


def serializing():
    for word in WORDS:
        for filters in ['to_yaml', 'to_nice_yaml', 'to_json', 'to_nice_json', 'tojson', 'to_json(ensure_ascii=false)']:
            yield {'expression': 'x | ' + filters, 'vars': {'x': {'$unsafe': word} if '{{' in word else word}}
        yield {'expression': '{x: [x, {"k": x}]} | to_nice_yaml(indent=2)', 'vars': {'x': word}}
        yield {'expression': '{"k": x, "l": [x, x]} | to_yaml', 'vars': {'x': word}}
        yield {'expression': '{"k": x} | to_nice_yaml(width=30)', 'vars': {'x': word}}
        yield {'expression': '{"k": x} | to_nice_yaml(default_style="|")', 'vars': {'x': word}}
        yield {'expression': '{"k": [x]} | to_nice_yaml(default_style=">", indent=2)', 'vars': {'x': word}}
        yield {'expression': '[x] | to_yaml(default_flow_style=true)', 'vars': {'x': word}}
        yield {'expression': 'x | string ~ [x, {x: x}]', 'vars': {'x': word}}
    chance = random.Random(7)

    def value(depth):
        kind = chance.randrange(9 if depth > 0 else 6)
        if kind == 0:
            return chance.choice([None, True, False])
        if kind == 1:
            return chance.choice([0, -5, 123456, 2**60])  # printed with all digits
        if kind == 2:
            return {'$float': repr(chance.choice([0.5, 1.0, 1e20, -2.25, 1e-7, 100.0]))}
        if kind < 6:
            return chance.choice(WORDS[:-15])
        if kind == 6:
            return [value(depth - 1) for _ in range(chance.randrange(4))]
        return {chance.choice(['a', 'b', 'key', 'x y', 'yes', '1a', '-', 'a: b', 'long' * 8]): value(depth - 1) for _ in range(chance.randrange(4))}

    def whole(item):
        if isinstance(item, dict) and '$float' not in item:
            return {k: whole(v) for k, v in item.items()}
        if isinstance(item, list):
            return [whole(v) for v in item]
        if isinstance(item, int) and not isinstance(item, bool) and abs(item) >= 2**53:
            return {'$int': str(item)}
        return item
    for _ in range(250):
        x = whole(value(4))
        for filters in ['to_yaml', 'to_nice_yaml', 'to_nice_yaml(indent=2, sort_keys=false)', 'to_json', 'to_nice_json', 'to_nice_yaml | from_yaml', 'string']:
            yield {'expression': 'x | ' + filters, 'vars': {'x': x}}


def control():
    cases = [
        '{% for x in l %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.length }}:{{ x }};{% endfor %}', '{% for x in el %}a{% else %}none{% endfor %}', '{% for k, v in d.items() %}{{ k }}={{ v }},{% endfor %}',
        '{% for x in l if x > 1 %}{{ loop.index }}{{ x }}{% endfor %}', '{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}', '{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}', '{% for x in l recursive %}{{ x }}{% endfor %}',
        '{% for x in [[1, [2]], [3]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}', '{% for x in l %}{{ loop.cycle("a", "b") }}{% endfor %}', '{% for x in [1, 1, 2] %}{{ loop.changed(x) }} {% endfor %}',
        '{% for x in l %}{{ loop.previtem | default("-") }}{{ loop.nextitem | default("-") }} {% endfor %}', '{% set ns = namespace(a=0) %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}', '{% set a = 1 %}{% for x in l %}{% set a = a + x %}{{ a }}{% endfor %}{{ a }}',
        '{% set a, b = (1, 2) %}{{ a }}{{ b }}', '{% set a %}x{{ i }}{% endset %}{{ a }}', '{% set a | upper %}x{{ i }}{% endset %}{{ a }}', '{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}', '{% with %}{% set z = 3 %}{{ z }}{% endwith %}{{ z | default("gone") }}', '{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=3) }}',
        '{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}', '{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}', '{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}', '{% macro m() %}{% for x in l %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(y) m() %}[{{ y }}]{% endcall %}',
        '{% filter upper %}abc {{ s }}{% endfilter %}', '{% filter replace("a", "b") | upper %}aaa{% endfilter %}', '{% if i > 5 %}big{% elif i > 3 %}mid{% else %}small{% endif %}', '{% if neg > 5 %}big{% elif neg < 0 %}neg{% else %}small{% endif %}', '{% raw %}{{ x }}{% y %}{% endraw %}', '{# c #}a{# {{ x }} #}b',
        '{% do l.append(9) %}{{ l }}', '{{ l.append(9) }}{{ l }}{{ l.pop() }}', '{% set x = d.update({"z": 1}) %}{{ d }}', '{{ d.setdefault("q", 5) }}{{ d }}', '{% set _ = l.extend([7, 8]) %}{{ l | join }}', '{{ d.pop("a") }}{{ d }}', '{% set c = cycler("x", "y") %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}', '{% set j = joiner("|") %}{{ j() }}a{{ j() }}b{{ j() }}c',
        '{{ dict(a=1, b=2) }}', '{{ dict([("a", 1)]) }}', '{{ range(5) | list }}{{ range(1, 10, 3) | list }}{{ range(3, 0, -1) | list }}', '{% block b %}x{% endblock %}{{ self.b() }}', '{% print(i) %}', '{% autoescape true %}<b>{{ s }}{% endautoescape %}', '{{ "a" "b" }}', '{{ [1, 2,] }}{{ (1,) }}{{ {"a": 1,} }}', '{{ 1 if t }}', '{{ 1 if not t else 2 if i else 3 }}',
        '{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 3 > 2 == 2 }}', '{{ not i is none }}{{ i is not none }}', '{{ i is divisibleby 7 }}{{ i is divisibleby(2) }}', '{{ l[0:2] }}{{ l[-1:] }}{{ s[1] }}{{ s[::2] }}', '{{ nested.a.b.c }}{{ nested["a"]["b"]["c"] }}{{ nested.a["b"].c }}', '{{ nested.x.y.z | default("D") }}', '{{ lazy.x }}{{ lazy.y }}{{ lazy.y[0] }}', '{{ lazy }}',
        '{{ (nope.x | default({})).y | default("D") }}', '{{ nope | default(s) | upper }}', '{{ nope is defined and nope.x }}', '{{ hosts | map(attribute="name") | join(",") }}', '{{ hosts | selectattr("role", "eq", "wk") | map(attribute="name") | list }}', '{{ hosts | rejectattr("w", "gt", 1) | list | length }}', '{{ hosts | groupby("role") }}',
        '{% for r, hs in hosts | groupby("role") %}{{ r }}:{{ hs | map(attribute="name") | join }} {% endfor %}', '{% for g in hosts | groupby("role") %}{{ g.grouper }}{{ g.list | length }}{% endfor %}', '{{ hosts | sort(attribute="w") | map(attribute="name") | list }}', '{{ hosts | sort(attribute="role,w", reverse=true) | map(attribute="name") | list }}', '{{ hosts | sum(attribute="w") }}{{ hosts | max(attribute="w") }}',
        '{{ hosts | json_query("[].name") }}', '{{ hosts | map("dict2items") | first | length }}', '{{ l | map("multiply", 2) | list }}', '{{ l | map("string") | map("regex_replace", "^", "x") | list }}', '{{ l | select("odd") | list }}{{ l | reject("odd") | list }}{{ m | select("match", "[a-z]") | list }}', '{{ ["", "a", none] | select | list }}', '{{ m | sort }}{{ m | sort(case_sensitive=true) }}{{ m | sort(reverse=true) }}',
        '{{ m | map("lower") | unique | list }}', '{{ [l, m] | flatten | length }}', '{{ l | zip(m) | list }}', '{{ dict(m | zip(l)) }}', '{{ d | dict2items | items2dict }}', '{{ [1, 2, 3, 4, 5] | batch(2, "x") | list }}', '{{ "%s|%s" | format(1, 2) }}', '{{ "a\\nb" }}', '{{ \'a\\\\b\' }}', "{{ 'it''s' }}", '{{ "\\u00e9" }}', '{{ true and none }}', '{{ i | string | int + 1 }}', '{{ -i | abs }}{{ 2 ** 3 ** 0 }}{{ -2 ** 2 }}',
        '{{ 7 // 2 }}{{ -7 // 2 }}{{ 7 % -3 }}{{ -7 % 3 }}{{ 7.5 // 2 }}{{ 1 / 2 }}', '{{ 0.1 + 0.2 }} {{ 1e3 }} {{ 1e16 }} {{ 1.5e-5 }} {{ 100 * 1.1 }}', '{{ 10 ** 20 }}{{ 2 ** -1 }}', '{{ 0x1F }}{{ 0b101 }}{{ 0o17 }}{{ 1_000 }}', '{{ nope.foo }}', '{{ d.nope }}', '{{ l[10] }}', '{{ nope() }}', '{{ s() }}', '{{ i | nope }}', '{{ i is nope }}', '{{ 1 + }}', '{{ }}', '{% if %}x{% endif %}', '{% for x in %}{% endfor %}', '{% endif %}',
        '{% if t %}x', '{{ "a }}', '{{ (1 }}', '{{ 1) }}', '{% foo %}', '{{ a b }}', '{{ i = 1 }}', '{{ [1, 2 }}', '{% set 1 = 2 %}', '{{ d.a.b.c }}', '{{ none.x }}', '{{ t.x | default(1) }}', '{{ "a" + 1 }}', '{{ 1 + "a" }}', '{{ l + (1,) }}', '{{ d + d }}', '{{ 1 / 0 }}{{ 1 }}', '{{ {} | first }}', '{{ [] | first }}', '{{ [] | first | default("D") }}', '{{ [] | max | default("D") }}', '{{ {"b": 1, "a": 2} | sort }}', '{{ "b a" | list }}', '{{ d | list }}', '{{ d | length }}', '{{ "abc" in "xabcx" }}',
    ]
    for text in cases:
        yield {'template': text, 'vars': VARS}
        yield {'template': 'x' + text + 'y', 'vars': VARS}
    pieces = ['a', '\n', '  ', '{% if t %}', '{%- if t %}', '{% if t -%}', '{%+ if t %}', '{{ i }}', '{{- i }}', '{{ i -}}', '{# c #}', '{#- c -#}', '\n  ']
    chance = random.Random(11)
    for _ in range(160):
        text, depth = '', 0
        for _ in range(chance.randrange(3, 9)):
            piece = chance.choice(pieces)
            depth += ' if ' in piece
            text += piece
            if depth and chance.random() < 0.4:
                text += chance.choice(['{% endif %}', '{%- endif %}', '{% endif -%}', '{% endif +%}', '\n{% endif %}\n'])
                depth -= 1
        text += '{% endif %}' * depth + chance.choice(['', '\n', 'z', '\n\n'])
        if '{{' in text or '{%' in text:
            yield {'template': text, 'vars': {'t': True, 'i': 7}}


def fuzz():
    chance = random.Random(23)
    unary = ['-(%s)', 'not (%s)', '(%s) | string', '(%s) | int', '(%s) | length', '(%s) | list', '(%s) | default(0)', '(%s) | upper', '(%s) is defined', '(%s) is none', '(%s)[0]', '(%s)[1:]', '(%s) | first', '(%s) | sort', '(%s) | join("-")', '[%s, 1]', '{"k": %s}', '(%s) | bool', '(%s) | unique', '(%s) | reverse', '(%s) | to_json', '(%s) | abs', '(%s) | round(1)', '(%s) | float', '(%s, 2)']
    binary = ['%s + %s', '%s - %s', '%s * %s', '%s / %s', '%s // %s', '%s %% %s', '%s == %s', '%s != %s', '%s < %s', '%s >= %s', '%s in %s', '%s and %s', '%s or %s', '%s ~ %s', '%s if %s else 5', '%s | default(%s)', '[%s] + [%s]']
    atoms = ['i', 'neg', 'f', 's', 'num', 'l', 'd', 't', 'n', 'e', 'el', 'm', '2', '0.5', '"x"', 'nope', 'nested.a', 'lazy.x', 'lazy.y', 'd.b', 'hosts[0].name']

    def expression(depth):
        if depth == 0 or chance.random() < 0.15:
            return chance.choice(atoms)
        if chance.random() < 0.45:
            return chance.choice(unary) % expression(depth - 1)
        return '(' + chance.choice(binary) % (expression(depth - 1), expression(depth - 1)) + ')'
    for _ in range(1500):
        yield {'template': '{{ %s }}' % expression(chance.randrange(1, 5)), 'vars': VARS}


SUBJECTS = {'operators': (operators, 0.2), 'strings': (strings, 1), 'formats': (formats, 1), 'regexes': (regexes, 1), 'serializing': (serializing, 0.5), 'control': (control, 1), 'fuzz': (fuzz, 1)}
with open(sys.argv[1] + '/variables.json', 'w', encoding='utf-8') as out:
    json.dump(VARS, out, ensure_ascii=False)
for subject, (make, share) in SUBJECTS.items():
    chance = random.Random(subject)
    with open('%s/%s.jsonl' % (sys.argv[1], subject), 'w', encoding='utf-8') as out:
        for question in make():
            if question.get('vars') is VARS:
                del question['vars']
            # libyaml and YAML 1.2 disagree about the line separator, which no playbook holds.
            if (share == 1 or chance.random() < share) and '\u2028' not in str(question):
                out.write(json.dumps(question, ensure_ascii=False) + '\n')
