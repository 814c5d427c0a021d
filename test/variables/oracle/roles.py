"""Lets ansible-playbook show what tasks of roles in roles see. Python is not needed to run the tests.

    python test/variables/oracle/roles.py > test/variables/cases/roles.json
"""
import json, os, re, subprocess, sys, tempfile
import yaml

NAMES = "d dA dB dC dD v vA vB vC vD p pA pC k kA kB kC tA tB".split()


def show(where):
    return {"debug": {"msg": f"<{where}> {{% for n in {NAMES} %}}{{{{ n }}}}={{{{ lookup('vars', n, default='-') }}}} {{% endfor %}}"}}


with tempfile.TemporaryDirectory() as tmp:
    def write(path, data):
        os.makedirs(os.path.dirname(f"{tmp}/{path}") or ".", exist_ok=True)
        open(f"{tmp}/{path}", "w").write(yaml.safe_dump(data, sort_keys=False, width=10000))

    for r in "ABCD":
        write(f"roles/{r}/defaults/main.yml", {f"d{r}": r, "d": r})
        write(f"roles/{r}/vars/main.yml", {f"v{r}": r, "v": r})
    write("roles/A/meta/main.yml", {"dependencies": [{"role": "C", "pC": 1, "vars": {"kC": 1, "k": "C"}, "p": "C"}]})
    write("roles/A/tasks/main.yml", [show("A"), {"include_role": {"name": "B"}, "vars": {"tB": 1, "kB": "B"}}])
    write("roles/B/tasks/main.yml", [show("B")])
    write("roles/C/tasks/main.yml", [show("C")])
    write("roles/D/tasks/main.yml", [show("D"), {"import_role": {"name": "B"}, "vars": {"tB": "imp"}}])
    play = {"hosts": "localhost", "gather_facts": False}
    write("site.yml", [
        {**play, "name": "roles", "roles": [{"role": "A", "pA": 1, "p": "A", "vars": {"kA": 1, "k": "A"}}], "post_tasks": [show("play")]},
        {**play, "name": "include", "tasks": [{"include_role": {"name": "A"}, "vars": {"tA": 1}}, show("play")]},
        {**play, "name": "public", "tasks": [{"include_role": {"name": "A", "public": True}, "vars": {"tA": 1}}, show("play")]},
        {**play, "name": "import", "tasks": [show("before"), {"import_role": {"name": "D"}, "vars": {"tA": 1}}, show("play")]},
    ])
    out = subprocess.run([os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), f"{tmp}/site.yml"], capture_output=True, text=True,
                         env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}).stdout
    result, name = {}, ""
    for line in out.splitlines():
        if match := re.match(r"PLAY \[(\w+)\]", line): name = match[1]
        if match := re.search(r'"<(\w+)> (.*?) *"', line): result[f"{name} {match[1]}"] = match[2]
    print(json.dumps(result, indent=1))
