"""Reads each inventory of inventories.yml with ansible-core and prints what it found. Python is not needed to run the tests.

    python test/inventory/oracle/run.py > test/inventory/cases/inventories.json
"""
import json, os, tempfile, yaml
from ansible.parsing.dataloader import DataLoader
from ansible.inventory.manager import InventoryManager
from ansible.utils.vars import combine_vars
from ansible.vars.plugins import get_vars_from_inventory_sources
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.display import Display

Display.verbosity = -5
Display.display = lambda *a, **k: None
init_plugin_loader([])


def plain(v):
    if isinstance(v, dict): return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    if isinstance(v, float): return {"__float": repr(v)}
    if isinstance(v, (type(None), bool, int)): return v
    return str(v)


def run(case):
    with tempfile.TemporaryDirectory() as tmp:
        for path, text in case["files"].items():
            full = os.path.join(tmp, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w") as out: out.write(text)
            if text.startswith("#!"): os.chmod(full, 0o755)
        sources = [s if "," in s else os.path.join(tmp, s) for s in case["sources"]]
        loader = DataLoader()
        failed = []  # what InventoryManager only warns of
        import ansible.inventory.manager as m
        original = m.display.warning
        m.display.warning = lambda msg, *a, **k: failed.append(str(msg))
        inv = InventoryManager(loader=loader, sources=sources)
        m.display.warning = original
        if any("Failed to parse" in f or "Unable to parse" in f for f in failed):
            return {"error": True}
        groups = {g.name: {"hosts": [h.name for h in g.hosts], "children": sorted(c.name for c in g.child_groups),
                           "vars": plain(g.vars)} for g in inv.groups.values()}
        hosts = {}
        for h in inv.hosts.values():
            order = sorted(h.get_groups(), key=lambda g: (g.depth, g.priority, g.name))
            allg = inv.groups["all"]
            others = [g for g in order if g.name != "all"]
            v = allg.get_vars()
            for g in others: v = combine_vars(v, g.get_vars())
            v = combine_vars(v, get_vars_from_inventory_sources(loader, inv._sources, [allg], "task"))
            v = combine_vars(v, get_vars_from_inventory_sources(loader, inv._sources, others, "task"))
            hv = {k: x for k, x in h.vars.items()}
            v = combine_vars(v, hv)
            v = combine_vars(v, get_vars_from_inventory_sources(loader, inv._sources, [h], "task"))
            file, folder = v.pop("inventory_file", None), v.pop("inventory_dir", None)
            hosts[h.name] = {"vars": plain(v), "groups": [g.name for g in order],
                             "file": os.path.relpath(file, tmp) if "," not in file else file.split("/")[-1],
                             "folder": os.path.relpath(folder, tmp) if folder not in (None, "None") else None}
        patterns = {}
        for p in case.get("patterns", []):
            try: patterns[p] = [h.name for h in inv.list_hosts(p)]
            except Exception as e: patterns[p] = "error"
        limits = []
        for p, l in case.get("limits", []):
            inv.subset(l)
            limits.append([p, l, [h.name for h in inv.get_hosts(p)]])
            inv.subset(None)
        return {"groups": groups, "hosts": hosts, "patterns": patterns, "limits": limits}


here = os.path.dirname(os.path.abspath(__file__))
cases = yaml.safe_load(open(os.path.join(here, "inventories.yml")))
out = []
for case in cases:
    try: result = run(case)
    except Exception as e: result = {"error": True, "why": f"{type(e).__name__}: {e}"[:200]}
    out.append({**case, "result": result})
print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in out) + "\n]")
