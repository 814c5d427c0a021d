import { describe, expect, it } from 'vitest';
import { allMembers, type ClusterInventory, validateCluster } from '../../src/cluster/validate.ts';
import { refuseDocker, type VersionTable } from '../../src/cluster/versions.ts';

const components = { etcd: '3.6.16', flannel: '0.28.4', coredns: '1.14.7', pause: '3.10.1', cri_dockerd: '0.4.4' };
const table: VersionTable = new Map([
  ['1.35', { ...components, proven: ['1.35.4'] }],
  ['1.36', { ...components, proven: ['1.36.3'] }],
  ['1.37', { ...components, proven: [] }],
]);

interface Draft {
  readonly etcd?: string[];
  readonly masters?: string[];
  readonly workers?: string[];
  readonly all?: Record<string, unknown>;
  readonly hosts?: Record<string, Record<string, unknown>>;
}

const inventory = ({ all = {}, hosts = {}, ...groups }: Draft): ClusterInventory => ({
  file: 'cluster.yml',
  hosts: (group) => groups[group] ?? [],
  variables: (host) =>
    new Map(
      Object.entries({ kubernetes_version: 'v1.36.3', ...all, ...hosts[host] }).map(([name, value]) => [
        name,
        { value },
      ]),
    ),
});

const problems = (draft: Draft): string[] =>
  validateCluster(inventory(draft), table).map(({ message, hint }) => (hint ? `${message} [${hint}]` : message));

const three = { masters: ['n1'], workers: ['n2', 'n3'] };

describe('validateCluster', () => {
  it('finds nothing wrong with one master and two workers', () => {
    expect(problems(three)).toEqual([]);
    expect(allMembers(inventory({ ...three, etcd: ['n1', 'n4', 'n2'] }))).toEqual(['n1', 'n4', 'n2', 'n3']);
  });

  it.each<[string, Draft, RegExp]>([
    ['no master', { workers: ['n1'] }, /^the group masters is empty: a cluster needs at least one master/],
    ['no groups at all', {}, /^the group masters is empty/],
    [
      'an even number of masters that carry etcd',
      { masters: ['n1', 'n2'] },
      /^etcd would have 2 members.*list 1, 3 or 5 of them under a group etcd/,
    ],
    [
      'an even number of members',
      { ...three, etcd: ['n1', 'n2', 'n3', 'n4'] },
      /^etcd would have 4 members: an even number tolerates no more failures than 3/,
    ],
    [
      'a name that DNS refuses',
      { masters: ['Node_1'] },
      /^Node_1 can't be the name of a node.*set node_name for Node_1/,
    ],
    [
      'a misspelt setting',
      { ...three, all: { pod_netwrok: '10.1.0.0/16' } },
      /^there is no setting pod_netwrok \[did you mean pod_network\?\]/,
    ],
    [
      'a wrong type',
      { ...three, all: { docker_restart: 'perhaps' } },
      /^docker_restart must be true or false, not "perhaps"/,
    ],
    [
      'a range with host bits',
      { ...three, all: { pod_network: '10.244.0.1/16' } },
      /^pod_network must be an IPv4 range/,
    ],
    [
      'networks that overlap',
      { ...three, all: { service_network: '10.244.128.0/17' } },
      /^pod_network 10.244.0.0\/16 and service_network 10.244.128.0\/17 overlap/,
    ],
    [
      'a host inside a network',
      { ...three, hosts: { n2: { ansible_host: '10.96.7.1' } } },
      /^n2 has the address 10.96.7.1, which lies in service_network/,
    ],
    [
      'two hosts with one address',
      { ...three, hosts: { n1: { ansible_host: '192.0.2.1' }, n2: { ansible_host: '192.0.2.1' } } },
      /^n1 and n2 have one address: 192.0.2.1/,
    ],
    [
      'a pod network without room',
      { ...three, all: { pod_network: '10.244.0.0/23' } },
      /^pod_network 10.244.0.0\/23 has room for 2 hosts with a \/24 each, and there are 3/,
    ],
    [
      'settings that differ',
      { ...three, hosts: { n3: { cluster_domain: 'other.local' } } },
      /^cluster_domain must be the same on all hosts of the cluster \(n1: not set; n3: "other.local"\)/,
    ],
    [
      'an unknown minor',
      { ...three, all: { kubernetes_version: 'v1.31.0' } },
      /^Kubernetes 1.31 is not one that this k8s-bm knows \(1.35 to 1.37\)/,
    ],
    [
      'a minor without proof',
      { ...three, all: { kubernetes_version: '1.37.1' } },
      /^Kubernetes 1.37 was never run by the tests.*set unproven: true/,
    ],
    [
      'a version that is none',
      { ...three, all: { kubernetes_version: '1.36' } },
      /^kubernetes_version must be a version with three numbers, such as v1.36.3, not "1.36"/,
    ],
    ['no version', { ...three, all: { kubernetes_version: undefined } }, /^kubernetes_version/],
  ])('tells of %s, once', (_, draft, expected) => {
    const found = problems(draft);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it('takes a patch that is not listed, and a minor without proof where the user says so', () => {
    expect(problems({ ...three, all: { kubernetes_version: 'v1.36.9' } })).toEqual([]);
    expect(problems({ ...three, all: { kubernetes_version: 'v1.37.1', unproven: true } })).toEqual([]);
  });

  it('takes what -e gives as text for what it means', () => {
    const texts = { docker_restart: 'true', api_port: '6443', unproven: 'true', kubernetes_version: 'v1.37.1' };
    expect(problems({ ...three, all: texts })).toEqual([]);
    expect(problems({ ...three, all: { docker_restart: 'maybe' } })[0]).toMatch(/must be true or false, not "maybe"/);
  });

  it('tells all at once', () => {
    expect(
      problems({ ...three, all: { docker_restart: 'x', kubernetes_version: '1.36', service_netwok: 'x' } }),
    ).toHaveLength(3);
  });
});

describe('versions', () => {
  it('knows which Docker is too old', () => {
    expect(refuseDocker('20.10.24+dfsg1')).toBeUndefined();
    expect(refuseDocker('28.5.2')).toBeUndefined();
    expect(refuseDocker('19.03.8')).toBe('Docker 19.03.8 is too old: 20.10 or newer is needed');
    expect(refuseDocker('?')).toMatch(/can't be read/);
  });
});
