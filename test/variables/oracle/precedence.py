"""Lets ansible-playbook decide which of any two levels wins, and prints the matrix. Python is not needed to run the tests.

    python test/variables/oracle/precedence.py > test/variables/cases/precedence.json

One project defines, for every pair (a, b) of levels, the variable `p_<a>_<b>` with the value "a" at level a and "b" at level b.
A task inside a role that sees all the levels prints every one of them.
"""
import json, os, subprocess, sys, tempfile
import yaml

LEVELS = ["role_defaults", "inv_group_all", "inv_group", "gv_all_inv", "gv_all_play", "gv_inv", "gv_play", "inv_host", "hv_inv",
          "hv_play", "facts", "play_vars", "prompt", "vars_files", "role_vars", "entry_vars", "block_vars", "task_vars", "include_vars",
          "set_fact", "register", "role_params", "include_params", "extra"]


def values(level):
    return {f"p_{min(LEVELS.index(level), LEVELS.index(o)):02d}_{max(LEVELS.index(level), LEVELS.index(o)):02d}": level
            for o in LEVELS if o != level}


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(data if isinstance(data, str) else yaml.safe_dump(data, width=10000))


def ini(d):
    return "".join(f"{k}={v}\n" for k, v in d.items())


with tempfile.TemporaryDirectory() as tmp:
    inv, play = f"{tmp}/inv", f"{tmp}/play"
    write(f"{inv}/hosts", "[g]\nh ansible_connection=local " + " ".join(f"{k}={v}" for k, v in values("inv_host").items()) +
          "\n[g:vars]\n" + ini(values("inv_group")) + "[all:vars]\nansible_python_interpreter=" + sys.executable + "\n" + ini(values("inv_group_all")))
    write(f"{inv}/group_vars/all.yml", values("gv_all_inv"))
    write(f"{play}/group_vars/all.yml", values("gv_all_play"))
    write(f"{inv}/group_vars/g.yml", values("gv_inv"))
    write(f"{play}/group_vars/g.yml", values("gv_play"))
    write(f"{inv}/host_vars/h.yml", values("hv_inv"))
    write(f"{play}/host_vars/h.yml", values("hv_play"))
    write(f"{play}/files/v.yml", values("vars_files"))
    write(f"{play}/iv.yml", values("include_vars"))
    write(f"{play}/roles/r/defaults/main.yml", values("role_defaults"))
    write(f"{play}/roles/r/vars/main.yml", values("role_vars"))
    write(f"{play}/roles/r/tasks/main.yml", [{"include_tasks": "inner.yml", "vars": values("include_params")}])
    names = sorted({k for level in LEVELS for k in values(level)})
    write(f"{play}/roles/r/tasks/inner.yml", [{"block": [{"debug": {"msg": {n: "{{ %s }}" % n for n in names}}, "vars": values("task_vars")}], "vars": values("block_vars")}])
    reg = values("register")
    write(f"{play}/library/facts_of.py", "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n"
          "m = AnsibleModule(argument_spec=dict(facts=dict(type='dict')))\nm.exit_json(ansible_facts=m.params['facts'])\n")
    write(f"{play}/site.yml", [{
        "hosts": "h", "gather_facts": False, "vars": values("play_vars"), "vars_files": ["files/v.yml"],
        "vars_prompt": [{"name": k, "private": False, "default": v} for k, v in values("prompt").items()],
        "pre_tasks": [{"facts_of": {"facts": values("facts")}}, {"include_vars": f"{play}/iv.yml"}, {"set_fact": values("set_fact")}] +
                     [{"debug": {"msg": "x"}, "register": k} for k in reg],
        "roles": [{"role": "r", "vars": values("entry_vars"), **values("role_params")}],
    }])
    write(f"{tmp}/extra.yml", values("extra"))
    out = subprocess.run([os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), "-i", f"{inv}/hosts", f"{play}/site.yml", "-e", f"@{tmp}/extra.yml"],
                         env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"},
                         capture_output=True, text=True, stdin=subprocess.DEVNULL)
    start = out.stdout.rfind('"msg": {')
    if start < 0: sys.exit(out.stdout[-3000:] + out.stderr[-3000:])
    got = json.JSONDecoder().raw_decode(out.stdout[start + 7:].strip())[0]
    result = {}
    for name, value in got.items():
        a, b = (LEVELS[int(x)] for x in name.split("_")[1:])
        result[f"{a} {b}"] = value if isinstance(value, str) else "register"
    print(json.dumps({"levels": LEVELS, "winners": result}, indent=0))
