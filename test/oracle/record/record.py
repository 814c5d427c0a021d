#!/usr/bin/env python3
"""Asks ansible-core what it does with the playbooks of ../playbooks, on lab hosts that have Python.

    k8s-bm lab up --name twins --hosts 2 --docker none --python
    record.py INVENTORY [NAME…]

$ANSIBLE_PLAYBOOK is the program (default: ansible-playbook). If it lives in another root file system, that is
$ANSIBLE_ROOT, and the playbooks are put where it finds them. For each playbook ../results/NAME.json is written: what
the callbacks were told, the recap, the exit code, and what then lies on each host. Needs nothing but ssh besides.
"""
import concurrent.futures, http.server, json, os, pathlib, re, shutil, subprocess, sys, threading

HERE = pathlib.Path(__file__).resolve().parent
SUITE = HERE.parent
VOLATILE = set(json.loads((SUITE / "volatile.json").read_text())["keys"])


def main() -> None:
    inventory, *names = sys.argv[1:]
    root = os.environ.get("ANSIBLE_ROOT", "")
    hosts, options = read_inventory(inventory)
    work = pathlib.Path(f"{root}/tmp/oracle-record-{os.getpid()}")
    shutil.copytree(SUITE / "playbooks", work / "playbooks")
    shutil.copy(SUITE.parent / "run/oracle/record.py", work / "record.py")
    lab = pathlib.Path(options["key"]).parent
    if root:
        os.makedirs(root + str(lab), exist_ok=True)
        for file in ("key", "known_hosts"):
            shutil.copy2(lab / file, root + str(lab))
    shutil.copy(inventory, work / "lab.yml")
    network = next(iter(hosts.values())).rpartition(".")[0]
    server = serve(work / "playbooks" / "served")
    every = names or sorted(p.stem for p in (work / "playbooks").glob("*.yml") if not p.stem.startswith("_"))
    # A playbook works in a folder of its own, so several run at once; those that touch the system run alone.
    alone = [name for name in every if "# alone" in (work / "playbooks" / f"{name}.yml").read_text()]
    record = lambda name: store(name, ask(name, work, root, hosts, options, server), network, server)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(record, [name for name in every if name not in alone]))
    for name in alone:
        record(name)
    shutil.rmtree(work)


def store(name, answer, network, server):
    text = json.dumps(answer, indent=1, sort_keys=True, ensure_ascii=True)
    for found, stored in ((network, "NETWORK"), (f":{server}", ":PORT"), (f"/tmp/oracle-record-{os.getpid()}/playbooks", "PLAYBOOKS")):
        text = text.replace(found, stored)
    (SUITE / "results" / f"{name}.json").write_text(text + "\n")
    print(name, answer["exit"], json.dumps(answer["recap"]), flush=True)


def read_inventory(file):
    text = pathlib.Path(file).read_text()
    hosts = dict(re.findall(r"^\s+(n\d+):\n(?:.*\n)*?\s+ansible_host: (\S+)", text, re.M))
    key = re.search(r"ansible_ssh_private_key_file: (\S+)", text)[1]
    return hosts, {"key": key}


def serve(folder):
    handler = lambda *a: Quiet(*a, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"{server.server_port}"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def inside(host, script, options):
    command = ["ssh", "-i", options["key"], "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "LogLevel=ERROR", f"root@{host}", "sh"]
    return subprocess.run(command, input=script, capture_output=True, text=True).stdout


def ask(name, work, root, hosts, options, server):
    for address in hosts.values():
        inside(address, f"dir=/oracle/{name}\n" + (HERE / "reset.sh").read_text(), options)
    playbook = work / "playbooks" / f"{name}.yml"
    flags = re.findall(r"^# flags: (.*)$", playbook.read_text(), re.M)
    told = work / f"{name}.told"
    strip = lambda path: str(path)[len(root):]
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8", "RECORD_TO": strip(told),
        "ANSIBLE_CALLBACK_PLUGINS": strip(work), "ANSIBLE_STDOUT_CALLBACK": "record", "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0", "ANSIBLE_HOST_KEY_CHECKING": "0", "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
    }
    program = ["chroot", root] if root else []
    program += os.environ.get("ANSIBLE_PLAYBOOK", "ansible-playbook").split()
    command = [*program, "-i", strip(work / "lab.yml"), "-i", strip(work / "playbooks/_groups.yml"),
               "-e", f"dir=/oracle/{name} server_port={server}", *" ".join(flags).split(), strip(playbook)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    events = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    told.unlink(missing_ok=True)
    if not events:
        sys.exit(f"{name}: {ran.stdout}{ran.stderr}")
    recap = next((e["recap"] for e in events if e["kind"] == "recap"), {})
    kept = [clean(e) for e in events if "result" in e and not included(e)]
    files = {host: [line.rstrip() for line in inside(address, f"dir=/oracle/{name}\n" + (HERE / "snapshot.sh").read_text(), options).rstrip().splitlines()]
             for host, address in hosts.items()}
    return {"exit": ran.returncode, "recap": recap, "told": kept, "files": files}


def clean(value):
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, dict):
        return {key: clean(each) for key, each in value.items() if key not in VOLATILE and not elsewhere(key, each)}
    return value


def included(event):
    """Includes that took place are told apart from results by k8s-bm."""
    return event["action"] in ("include_tasks", "include_role") and event["kind"] in ("ok", "item-ok")


def elsewhere(key, value):
    """A unit's whole state, and where ansible-core laid its own scratch files, say nothing about a playbook."""
    return (key == "status" and isinstance(value, dict)) or (key == "src" and "ansible-tmp" in str(value))


if __name__ == "__main__":
    main()
