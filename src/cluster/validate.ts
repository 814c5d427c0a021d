import { parseDocument } from 'yaml';
import type { Diagnostic } from '../util/diagnostic.ts';
import { contains, overlap, parseRange, type Range } from '../util/ipv4.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';
import { type Setting, settingNames, settings } from './settings.ts';
import { isProven, minorOf, parseVersion, type VersionTable } from './versions.ts';

/** What the inventory says of a cluster, with variables rendered: what is checked before a host is touched. */
export interface ClusterInventory {
  readonly file: string;
  /** The members of a group in the inventory's order; empty where there is no such group. */
  hosts(group: 'etcd' | 'masters' | 'workers'): readonly string[];
  /** Every variable that files set for a host (not magic variables, not facts), with its place. */
  variables(host: string): ReadonlyMap<string, { readonly value: unknown; readonly position?: Position | undefined }>;
}

const labelled = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Everything that is wrong with a cluster's settings and groups, all at once; empty when deploy may go on. */
export const validateCluster = (inventory: ClusterInventory, table: VersionTable): Diagnostic[] => {
  const members = allMembers(inventory);
  if (members.length === 0) return groupProblems(inventory);
  const found = new Findings(inventory, members);
  return [
    ...groupProblems(inventory),
    ...members.flatMap((host) => nameProblems(host, inventory)),
    ...found.typeProblems(),
    ...found.differences(),
    ...misspelt(inventory, members),
    ...networkProblems(found, members),
    ...versionProblems(found, table),
  ].filter(unique());
};

/** The hosts of the cluster, each once: etcd, masters, workers. Without a group etcd, the masters carry it. */
export const allMembers = (inventory: ClusterInventory): string[] => [
  ...new Set((['etcd', 'masters', 'workers'] as const).flatMap((group) => [...inventory.hosts(group)])),
];

const groupProblems = (inventory: ClusterInventory): Diagnostic[] => {
  const position = { file: inventory.file, line: 1, column: 1 };
  const problems: Diagnostic[] = [];
  if (inventory.hosts('masters').length === 0) {
    const hint = 'name the groups etcd, masters and workers; one host under masters is enough to begin with';
    problems.push({
      severity: 'error',
      position,
      message: 'the group masters is empty: a cluster needs at least one master',
      hint,
    });
  }
  const etcd = inventory.hosts('etcd').length || inventory.hosts('masters').length;
  if (etcd > 0 && etcd % 2 === 0) {
    const message = `etcd would have ${etcd} members: an even number tolerates no more failures than ${etcd - 1} and makes a split vote possible`;
    const hint = inventory.hosts('etcd').length
      ? 'make it 1, 3 or 5'
      : 'etcd runs on the masters: list 1, 3 or 5 of them under a group etcd';
    problems.push({ severity: 'error', position, message, hint });
  }
  return problems;
};

const nameProblems = (host: string, inventory: ClusterInventory): Diagnostic[] => {
  const name = inventory.variables(host).get('node_name');
  if (name || labelled.test(host)) return [];
  const message = `${host} can't be the name of a node: Kubernetes takes lower-case letters, digits, hyphens and dots`;
  return [
    {
      severity: 'error',
      message,
      hint: `set node_name for ${host}`,
      position: { file: inventory.file, line: 1, column: 1 },
    },
  ];
};

/** `-e name=value` and INI files give texts: `true` and `6443` mean what they mean in YAML, and modules convert them. */
const asYaml = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const document = parseDocument(value);
  return document.errors.length > 0 ? value : document.toJS();
};

/** The settings as the inventory gives them, host by host. */
class Findings {
  readonly #inventory: ClusterInventory;
  readonly #members: readonly string[];

  constructor(inventory: ClusterInventory, members: readonly string[]) {
    this.#inventory = inventory;
    this.#members = members;
  }

  value(name: string, host = this.#members[0]): { value: unknown; position?: Position | undefined } | undefined {
    const found = host === undefined ? undefined : this.#inventory.variables(host).get(name);
    const schema = settings.find((setting) => setting.name === name)?.schema;
    if (!found || !schema || schema.safeParse(found.value).success) return found;
    const meant = asYaml(found.value);
    return schema.safeParse(meant).success ? { ...found, value: meant } : found;
  }

  typeProblems(): Diagnostic[] {
    return settings.flatMap((setting) =>
      this.#members.flatMap((host) => {
        const found = this.value(setting.name, host);
        const issue = found && setting.schema.safeParse(found.value).error?.issues[0];
        if (!issue) return [];
        const message = `${setting.name} ${issue.message}, not ${JSON.stringify(found.value)}`;
        return [
          {
            severity: 'error' as const,
            message,
            position: found.position,
            hint: `for example: ${setting.name}: ${setting.example}`,
          },
        ];
      }),
    );
  }

  differences(): Diagnostic[] {
    const shared = settings.filter(({ scope }: Setting) => scope === 'cluster');
    return shared.flatMap(({ name }) => {
      const first = this.value(name);
      const other = this.#members.find(
        (host) => JSON.stringify(this.value(name, host)?.value) !== JSON.stringify(first?.value),
      );
      if (other === undefined) return [];
      const said = (host: string) => `${host}: ${JSON.stringify(this.value(name, host)?.value) ?? 'not set'}`;
      const message = `${name} must be the same on all hosts of the cluster (${said(this.#members[0] as string)}; ${said(other)})`;
      return [
        {
          severity: 'error' as const,
          message,
          position: this.value(name, other)?.position ?? first?.position,
          hint: 'set it under all: vars:',
        },
      ];
    });
  }
}

const misspelt = (inventory: ClusterInventory, members: readonly string[]): Diagnostic[] =>
  members.flatMap((host) =>
    [...inventory.variables(host)].flatMap(([name, { position }]) => {
      const meant = settingNames.has(name) || name.startsWith('ansible_') ? undefined : nearest(name, settingNames);
      if (!meant) return [];
      return [
        {
          severity: 'error' as const,
          message: `there is no setting ${name}`,
          position,
          hint: `did you mean ${meant}?`,
          length: name.length,
        },
      ];
    }),
  );

const networkProblems = (found: Findings, members: readonly string[]): Diagnostic[] => {
  const problems: Diagnostic[] = [];
  const range = (name: string, byDefault: string): Range | undefined =>
    parseRange(String(found.value(name)?.value ?? byDefault));
  const [pods, services] = [range('pod_network', '10.244.0.0/16'), range('service_network', '10.96.0.0/16')];
  const position = found.value('pod_network')?.position ?? found.value('service_network')?.position;
  if (pods && services && overlap(pods, services)) {
    problems.push({
      severity: 'error',
      position,
      message: `pod_network ${pods.text} and service_network ${services.text} overlap`,
      hint: 'give one of them another range, such as pod_network: 10.244.0.0/16 and service_network: 10.96.0.0/16',
    });
  }
  const length = Number(found.value('pod_subnet_length')?.value ?? 24);
  if (pods && (length < pods.prefix || 2 ** (length - pods.prefix) < members.length)) {
    const message = `pod_network ${pods.text} has room for ${Math.floor(2 ** (length - pods.prefix))} hosts with a /${length} each, and there are ${members.length}`;
    problems.push({
      severity: 'error',
      position,
      message,
      hint: 'take a wider pod_network or a longer pod_subnet_length',
    });
  }
  const seen = new Map<string, string>();
  for (const host of members) {
    const given = found.value('node_address', host) ?? found.value('ansible_host', host);
    const address = String(given?.value ?? '');
    for (const [name, network] of [
      ['pod_network', pods],
      ['service_network', services],
    ] as const) {
      if (network && contains(network, address)) {
        problems.push({
          severity: 'error',
          position: given?.position,
          message: `${host} has the address ${address}, which lies in ${name} ${network.text}`,
          hint: `set another ${name}: a private range that no host and no route of a host is in`,
        });
      }
    }
    const same = seen.get(address);
    if (address && same)
      problems.push({
        severity: 'error',
        position: given?.position,
        message: `${same} and ${host} have one address: ${address}`,
        hint: 'a host is in several groups by one name; two hosts need two addresses',
      });
    if (address) seen.set(address, host);
  }
  return problems;
};

const versionProblems = (found: Findings, table: VersionTable): Diagnostic[] => {
  const given = found.value('kubernetes_version');
  const known = [...table.keys()];
  if (given === undefined) {
    const newest = known.filter((minor) => table.get(minor)?.proven.length).at(-1) as string;
    const hint = `for example: kubernetes_version: v${table.get(newest)?.proven.at(-1)}`;
    return [
      { severity: 'error', message: 'kubernetes_version is not set: k8s-bm never picks a version by itself', hint },
    ];
  }
  const version = parseVersion(String(given.value));
  if (!version) return [];
  const position = given.position;
  if (!table.has(minorOf(version))) {
    const message = `Kubernetes ${minorOf(version)} is not one that this k8s-bm knows (${known[0]} to ${known.at(-1)})`;
    const hint = `take one of them, or the k8s-bm that goes with ${minorOf(version)}`;
    return [{ severity: 'error', message, position, hint }];
  }
  if (isProven(version, table) || found.value('unproven')?.value === true) return [];
  if ((table.get(minorOf(version))?.proven.length ?? 0) > 0) return [];
  const message = `Kubernetes ${minorOf(version)} was never run by the tests of this k8s-bm`;
  return [{ severity: 'error', message, position, hint: 'set unproven: true to go on all the same' }];
};

/** Each finding once, though it may have been met on every host that shares the variable. */
const unique = () => {
  const seen = new Set<string>();
  return ({ message, position }: Diagnostic): boolean => {
    const key = JSON.stringify([message, position]);
    return !seen.has(key) && Boolean(seen.add(key));
  };
};
