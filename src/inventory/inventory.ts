import type { Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';

/** Variables that an inventory's file sets on a host or a group, and where. */
class Variables {
  readonly vars = new Map<string, Value>();
  readonly places = new Map<string, Position>();

  set(name: string, value: Value, position?: Position): void {
    this.vars.set(name, value);
    if (position) this.places.set(name, position);
    else this.places.delete(name);
  }
}

export class Host extends Variables {
  readonly name: string;
  /** Made for a pattern that says localhost where no inventory has it; belongs to no group. */
  readonly implicit: boolean;
  readonly groups = new Set<Group>();
  /** The file that named the host first, and its folder: `inventory_file` and `inventory_dir`. */
  source: InventoryOrigin | undefined;

  constructor(name: string, implicit = false) {
    super();
    this.name = name;
    this.implicit = implicit;
  }
}

export class Group extends Variables {
  readonly name: string;
  readonly hosts = new Set<Host>();
  readonly children = new Set<Group>();
  readonly parents = new Set<Group>();
  /** `ansible_group_priority`: among groups of one depth the higher wins. */
  priority = 1;
  depth = 0;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override set(name: string, value: Value, position?: Position): void {
    if (name === 'ansible_group_priority') this.priority = Math.trunc(Number(value)) || 1;
    else super.set(name, value, position);
  }
}

/** What one `-i` named: a file, a folder, a program or a list of names. */
export interface InventorySource {
  readonly name: string;
  readonly file: string | undefined;
  /** The folder whose group_vars/ and host_vars/ belong to the source. */
  readonly folder: string | undefined;
}

export interface InventoryOrigin {
  readonly file: string;
  /** Undefined for names given on the command line. */
  readonly folder: string | undefined;
}

/** Hosts and groups from all sources together, and those that add_host and group_by make while a play runs. */
export class Inventory {
  readonly hosts = new Map<string, Host>();
  readonly groups = new Map<string, Group>();
  readonly sources: InventorySource[] = [];
  /** Grows with every change, so that what was computed from the inventory can be dropped. */
  version = 0;
  /** What is being read just now. */
  reading: InventoryOrigin | undefined;
  #localhost: Host | undefined;

  constructor() {
    this.addChild('all', 'ungrouped');
  }

  get all(): Group {
    return this.groups.get('all') as Group;
  }

  addGroup(name: string): Group {
    let group = this.groups.get(name);
    if (!group) {
      group = new Group(name);
      this.groups.set(name, group);
      if (name !== 'all') group.depth = 1;
      this.version++;
    }
    return group;
  }

  addHost(name: string, groupName?: string): Host {
    let host = this.hosts.get(name);
    if (!host) {
      host = new Host(name);
      host.source = this.reading;
      this.hosts.set(name, host);
      this.version++;
    }
    if (groupName !== undefined) this.addToGroup(this.addGroup(groupName), host);
    return host;
  }

  addToGroup(group: Group, host: Host): void {
    if (group.hosts.has(host)) return;
    group.hosts.add(host);
    host.groups.add(group);
    const ungrouped = this.groups.get('ungrouped') as Group;
    if (group !== ungrouped && group !== this.all && ungrouped.hosts.delete(host)) host.groups.delete(ungrouped);
    this.version++;
  }

  /** Says whether it could: a group that would come to stand inside itself is refused. */
  addChild(parentName: string, childName: string): boolean {
    const parent = this.addGroup(parentName);
    const child = this.addGroup(childName);
    if (parent === child || descendants(child).has(parent)) return false;
    parent.children.add(child);
    child.parents.add(parent);
    deepen(child, parent.depth + 1);
    this.version++;
    return true;
  }

  /** After a source is read: groups without a parent stand under `all`, hosts without a group in `ungrouped`. */
  settle(): void {
    for (const group of this.groups.values())
      if (group !== this.all && group.parents.size === 0) this.addChild('all', group.name);
    const ungrouped = this.groups.get('ungrouped') as Group;
    for (const host of this.hosts.values()) {
      const real = [...host.groups].some((group) => group !== ungrouped && group !== this.all);
      if (!real && !ungrouped.hosts.has(host)) this.addToGroup(ungrouped, host);
      else if (real && ungrouped.hosts.delete(host)) host.groups.delete(ungrouped);
    }
  }

  /** A group's hosts and those of the groups below it, in the order of the inventory. */
  hostsOf(group: Group): readonly Host[] {
    const hosts = new Set<Host>();
    for (const each of [group, ...descendants(group)]) for (const host of each.hosts) hosts.add(host);
    return [...hosts];
  }

  /** The groups that a host is in, through their children too, weakest first: by depth, then priority, then name. */
  groupsOf(host: Host): readonly Group[] {
    const found = new Set<Group>(host.implicit ? [] : [this.all]);
    const climb = (group: Group): void => {
      if (found.has(group) && group !== this.all) return;
      found.add(group);
      for (const parent of group.parents) climb(parent);
    };
    for (const group of host.groups) climb(group);
    return [...found].sort((a, b) => a.depth - b.depth || a.priority - b.priority || compare(a.name, b.name));
  }

  /** A host by its name; `localhost` exists even where no inventory has it. */
  host(name: string): Host | undefined {
    return this.hosts.get(name) ?? (localNames.has(name) ? this.implicitLocalhost(name) : undefined);
  }

  implicitLocalhost(name = 'localhost'): Host {
    const own = [...localNames].map((each) => this.hosts.get(each)).find((host) => host !== undefined);
    if (own) return own;
    if (!this.#localhost) {
      this.#localhost = new Host(name, true);
      this.#localhost.set('ansible_connection', 'local');
    }
    return this.#localhost;
  }
}

export const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** All groups below one, nearest first. */
export const descendants = (group: Group): ReadonlySet<Group> => {
  const found = new Set<Group>();
  let level: readonly Group[] = [...group.children];
  while (level.length > 0) {
    const fresh = level.filter((each) => !found.has(each));
    for (const each of fresh) found.add(each);
    level = fresh.flatMap((each) => [...each.children]);
  }
  return found;
};

const deepen = (group: Group, depth: number): void => {
  if (depth <= group.depth) return;
  group.depth = depth;
  for (const child of group.children) deepen(child, depth + 1);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
