#!/usr/bin/env python3
"""Ask ansible-core what it does with the cases of test/modules/<folder>/cases/<module>.yml.

    generate.py ANSIBLE_PLAYBOOK test/modules/files/cases/copy.yml …

Writes <module>.json beside each; what is answered there already is not asked again. For every case the registered result of a check run, of the run itself and of one more
run (all with diff), and what then lies in the directory. Needs ansible-core and a throw-away machine: cases run as the
user who starts this, in a directory under /tmp that stands as $DIR in arguments and answers.
"""
import json, os, shutil, subprocess, sys, tempfile
import yaml

LISTING = r"""cd "$DIR" && find . -mindepth 1 | LC_ALL=C sort | while IFS= read -r f; do
 if [ -L "$f" ]; then printf '%s -> %s\n' "$f" "$(readlink "$f")";
 elif [ -p "$f" ]; then printf '%s|\n' "$f";
 elif [ -d "$f" ]; then printf '%s/ %s\n' "$f" "$(stat -c %a "$f")";
 else printf '%s %s %s\n' "$f" "$(stat -c %a "$f")" "$(sha1sum < "$f" | cut -c1-40)"; fi; done"""


def main() -> None:
    ansible, *files = sys.argv[1:]
    for file in files:
        cases = yaml.safe_load(open(file))
        try:
            known = json.load(open(file[:-4] + ".json"))
        except FileNotFoundError:
            known = {}
        fresh = [case for case in cases if case["name"] not in known]
        for part in chunk(fresh):
            known.update(answer(ansible, part))
        merged = {case["name"]: known[case["name"]] for case in cases}
        with open(file[:-4] + ".json", "w") as out:
            json.dump(merged, out, indent=2, ensure_ascii=True)
            out.write("\n")
        print(file, len(merged))


def chunk(cases):
    return [cases[i:i + 40] for i in range(0, len(cases), 40)]


def answer(ansible, cases):
    base = tempfile.mkdtemp(prefix="kb-oracle-", dir="/tmp")
    try:
        names = []
        for number, case in enumerate(cases):
            names.append(case["name"])
            here = f"{base}/{number}"
            for folder in ("d", "c/files", "c/templates", "c/vars"):
                os.makedirs(f"{here}/{folder}")
            for path, content in (case.get("controller") or {}).items():
                target = f"{here}/c/{path}"
                os.makedirs(os.path.dirname(target), exist_ok=True)
                open(target, "w", newline="").write(content)
                os.chmod(target, 0o644)
        plays = []
        for number, case in enumerate(cases):
            here = f"{base}/{number}"
            playbook = f"{here}/c/play.yml"
            with open(playbook, "w") as out:
                yaml.safe_dump([{
                    "hosts": "localhost", "gather_facts": False, "connection": "local",
                    "vars": {"ansible_python_interpreter": sys.executable, **(case.get("vars") or {})},
                    "tasks": play_tasks(case, here)}], out, sort_keys=False, allow_unicode=True, width=10000)
            plays.append(playbook)
        run = subprocess.run([ansible, "-i", "localhost,", *plays], cwd=base, text=True, capture_output=True,
                             env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1"})
        result = {}
        for number, name in enumerate(names):
            here = f"{base}/{number}"
            try:
                text = open(f"{here}/answer.json").read()
            except FileNotFoundError:
                print(run.stdout[-3000:], run.stderr[-2000:], file=sys.stderr)
                raise
            text = text.replace(f"{here}/d", "$DIR").replace(f"{here}/c", "$CONTROLLER")
            result[name] = clean(json.loads(text))
        return result
    finally:
        shutil.rmtree(base)


def play_tasks(case, here):
    args = json.loads(json.dumps(case.get("args")).replace("$DIR", f"{here}/d"))
    module = case["module"]
    more = {"diff": True, "ignore_errors": True, **(case.get("task") or {})}
    prefix = f"DIR={here}/d; "
    setup = prefix + 'rm -rf "$DIR"; mkdir "$DIR"; cd "$DIR"; umask 022\n' + (case.get("setup") or ":")
    def run(name, **extra):
        return {module: args, "register": name, **more, **extra}
    answer = "{{ {'check': kb_check, 'apply': kb_apply, 'again': kb_again, 'tree': kb_tree.stdout_lines} | to_json }}"
    # raw starts no Python on the host, which makes this three times as quick.
    return [
        {"raw": "{% raw %}" + setup + "{% endraw %}"},
        run("kb_check", check_mode=True), run("kb_apply"),
        {"raw": prefix + LISTING, "register": "kb_tree"},
        run("kb_again"),
        {"raw": "printf %s " + answer.replace(" }}", " | quote }}") + f" > {here}/answer.json"},
    ]


def clean(value):
    if isinstance(value, dict):
        return {k: clean(v) for k, v in sorted(value.items()) if k not in ("invocation", "_ansible_no_log", "exception")}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value


if __name__ == "__main__":
    main()
