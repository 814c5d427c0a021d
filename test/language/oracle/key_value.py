"""Splits the lines of cases/key-value.json with ansible-core again and prints the file anew.

    python test/language/oracle/key_value.py test/language/cases/key-value.json
"""
import json, sys
from ansible.parsing.splitter import parse_kv

out = []
for line in [case["line"] for case in json.load(open(sys.argv[1]))]:
    try:
        out.append({"line": line, "value": {k: str(v) for k, v in parse_kv(line).items()}})
    except Exception as error:
        out.append({"line": line, "error": type(error).__name__})
print("[\n" + ",\n".join(json.dumps(case) for case in out) + "\n]")
