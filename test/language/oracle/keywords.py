"""Prints ansible-core's own table of keywords. Python is not needed to run the tests.

    python test/language/oracle/keywords.py > test/language/cases/keywords.json
"""
import json
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.loop_control import LoopControl
from ansible.playbook.play import Play
from ansible.playbook.playbook_include import PlaybookInclude
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.task import Task

print(json.dumps({c.__name__: {n: a.isa for n, a in sorted(c.fattributes.items())} for c in
                  (Play, Block, Task, Handler, RoleInclude, LoopControl, PlaybookInclude)}, indent=1))
