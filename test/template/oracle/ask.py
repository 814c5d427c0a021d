"""Asks ansible-core what it makes of templates: JSON lines in, JSON lines out. Only for making test/template/cases/.

in:  {"template"|"expression": text, "vars": {...}}     out: the same and "value" or "error"
Run with a Python that has ansible-core 2.19 or later: ask.py variables.json < questions.jsonl > answers.jsonl
Where a question has no "vars", those of variables.json hold.
"""
import json
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

MARKS = ('{{', '{%', '{#')


def encode(value):
    kind = type(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value) if abs(value) < 2**53 else {'$int': str(int(value))}
    if isinstance(value, float):
        return {'$float': repr(float(value))}
    if isinstance(value, tuple):
        return {'$tuple': [encode(v) for v in value]}
    if isinstance(value, (list, set, frozenset)) or kind.__name__ in ('dict_keys', 'dict_values', 'dict_items', 'range'):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        if all(isinstance(k, str) and not k.isdigit() and not k.startswith('$') for k in value):
            return {str(k): encode(v) for k, v in value.items()}
        return {'$dict': [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {'$bytes': value.decode('utf-8', 'surrogateescape')}
    return {'$other': kind.__name__, 'text': str(value)}


def decode(value):
    if isinstance(value, str):
        return trust_as_template(value) if any(m in value for m in MARKS) else value
    if isinstance(value, list):
        return [decode(v) for v in value]
    if isinstance(value, dict):
        if '$int' in value:
            return int(value['$int'])
        if '$float' in value:
            return float(value['$float'])
        if '$tuple' in value:
            return tuple(decode(v) for v in value['$tuple'])
        if '$dict' in value:
            return {decode(k): decode(v) for k, v in value['$dict']}
        if '$unsafe' in value:
            return value['$unsafe']
        return {k: decode(v) for k, v in value.items()}
    return value


def answer(question):
    templar = Templar(DataLoader(), variables=decode(question.get('vars', SHARED)))
    try:
        if 'expression' in question:
            value = templar.evaluate_expression(trust_as_template(question['expression']))
        else:
            value = templar.template(trust_as_template(question['template']))
        return {**question, 'value': encode(value)}
    except RecursionError:
        return {**question, 'error': 'RecursionError'}
    except Exception as error:  # whatever fails is an answer
        return {**question, 'error': str(error)[:300]}


with open(sys.argv[1], encoding='utf-8') as file:
    SHARED = json.load(file)
for line in sys.stdin:
    if line.strip():
        print(json.dumps(answer(json.loads(line)), ensure_ascii=False), flush=True)
