"""Reads YAML texts with PyYAML and prints what they mean as JSON, types kept. Python is not needed to run the tests.

    python3 test/language/oracle/read_yaml.py > test/language/cases/yaml.json
"""
import datetime, json, yaml

SCALARS = """y n Y N yes Yes YES yEs no No NO on On ON off Off OFF true True TRUE tRue false False FALSE ~ null Null NULL nULL none None
0 1 -1 +1 0644 -0644 0o644 08 09 007 0x1F 0xfg -0x1f 0b101 0b102 1_000 1__0 _1 1_ 12:30:45 1:60 190:20:30 -1:30 1:30.5 20:30.15
1e3 1.5e3 1.5e+3 1.5E-3 1.e+3 .5 .5e+1 -.5 +.5 1. 0. -0.0 +1.5 1.2.3 .inf -.inf +.INF .Inf .nan .NaN .NAN -.nan inf nan
1_000.5 1.10 3.14159265358979 1e400 123456789012345678901234567890 9007199254740993 -9007199254740993
2024-01-02 2024-1-2 2024-13-45x 2024-01-02T03:04:05Z 2024-01-02t03:04:05.5+02:00 2001-12-14T21:59:43.10-05:00
= << ! @x a:b a#b -x --- ... . .. - -- http://x/y 10.0.0.1 10.0.0.0/24 1.2.3-4 v1.2 #x 'q' "d" 0.0.0.0 ::1 1::2 a=b
00 0_7 +0644 0x 0b 1:2:3:4 1:2:61 01:02:03 22:22 8080:80 3000:3000 80:80 127:0 1.5:2 2024 20240102""".split()

DOCS = [
    "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc:\n  <<: [{p: 9}, *x]\n  r: 1\n",
    "base: &b\n  k: 1\n  l: [1, 2]\nx:\n  z: 0\n  <<: *b\n  k: 2\n",
    "a: |\n  one\n   two\n\n  three\nb: >\n  one\n  two\n\n  three\n   indented\n  four\nc: |-\n  x\nd: |+\n  x\n\ne: >-\n  a\n  b\nf: |2\n    x\n",
    'a: "x\\ty\\n\\x41\\u00e9\\U0001F600\\e\\0\\/\\"\\\\"\nb: \'it\'\'s\'\nc: "folded\n  text\n\n  more"\nd: "a\\\n   b"\n',
    "a: plain\n  goes on\n\n  further\nb: x # comment\nc: x#y\n",
    "[a, 'b', {c: d}, [e], f: g]", "{a, b: , c: [], d: {}}", "- - a\n  - b\n-\n  - c\n- d: 1\n  e: 2\n", "", "# only\n", "---\n", "--- x\n", "--- |\n x\n",
    "? a\n: b\n? c\n", "1: a\n2.5: b\nyes: c\n~: d\n'1': e\n", "!!str 1: !!int '2'\na: !!float 3\nb: !!bool 'yes'\nc: !!null ''\nd: !!str yes\ne: ! 12\n",
    "a: [\n  1,\n  2\n]\nb: {\n  x: 1\n}\n", "a:\n- b\n- c\nd:\n  - e\n", "a: 'multi\n  line\n\n  x'\n", "%YAML 1.1\n---\na: 1\n", "a: b\n...\n",
    "a: !!set {x, y}\n", "k: \"a: b\"\nl: 'a # b'\nm: a:b\nn: a,b\no: [a:b, c]\n", "a: - \n" if False else "a: -\n", "a: -x\nb: '-'\nc: ?x\n",
    "key with spaces: v\n'quoted': v\n\"d q\": v\n", "a: 1\n\n\nb: 2   \n", "\ufeffa: 1\n", "a:\tb\n", "a: b\t# c\n", "list:\n  - name: x\n    when: a == 'b' and\n          c\n",
    "cmd: >\n  a\n  b\n\n\nnext: 1\n", "cmd: >-\n\n  a\n\n\n  b\n", "a: |\n\n  x\n", "a: |\n  x\n  \n  y\n \nb: 1\n", "a: >\n  x\n  - y\n  z\n",
    "a: {b: 'c', \"d\": e}\n", "a: {x: 1,y: 2}\n", "[{a: 1}, b: 2]", "a: &anchor value\nb: *anchor\n", "- &l [1]\n- *l\n",
    "a: é\nb: 日本\n", "on:\n  push: 1\n", "x: 0o17\ny: 1e5\nz: 1.0e5\n", "a: !!binary aGk=\n", "- # c\n  a: 1\n",
]


def tagged(v):
    if v is None or isinstance(v, (bool, str)): return v
    if isinstance(v, int): return {"int": str(v)}
    if isinstance(v, float): return {"float": repr(v)}
    if isinstance(v, (datetime.date, datetime.datetime)): return str(v)
    if isinstance(v, bytes): return v.decode()
    if isinstance(v, (set,)): return [tagged(x) for x in sorted(v)]
    if isinstance(v, (list, tuple)): return [tagged(x) for x in v]
    return {"dict": [[tagged(k), tagged(x)] for k, x in v.items()]}


cases = []
for text in [f"[{s}]" if s[0] in "=-.<" else s for s in SCALARS] + [f"k: {s}\n" for s in SCALARS] + DOCS:
    try:
        cases.append({"text": text, "value": tagged(yaml.load(text, Loader=yaml.CSafeLoader))})
    except Exception as e:
        cases.append({"text": text, "error": type(e).__name__})
print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]")
