import { describe, expect, it } from 'vitest';
import { type Expected, problemsOf, type Survey } from '../../../src/modules/kubernetes/survey-problems.ts';
import { runModule } from '../harness.ts';

const clean: Survey = {
  clock: 1_800_000_000,
  routes: [
    { to: 'default', device: 'eth0' },
    { to: '192.0.2.0/24', device: 'eth0' },
    { to: '172.17.0.0/16', device: 'docker0' },
  ],
  listening: [{ port: 22, process: 'sshd', pid: '1' }],
  cgroups: ['cpu', 'cpuset', 'memory', 'pids', 'io'],
  diskFreeMb: 20_000,
  dockerdFlags: ['containerd'],
  dockerInstalled: true,
  dockerdRoot: true,
  rootless: undefined,
  subnet: '',
  dockerVersion: '28.5.2',
  containers: [],
  made: [],
  ownContainers: [],
};
const expected: Expected = {
  networks: { pod_network: '10.244.0.0/16', service_network: '10.96.0.0/16' },
  podNetwork: '10.244.0.0/16',
  ports: [{ port: 6443, process: 'kube-apiserver', container: 'kubelet' }],
  dockerSettings: ['bip', 'mtu', 'log-opts'],
  diskMb: 2500,
  containersOnly: false,
  subnetFile: '',
};
const problems = (found: Partial<Survey>) => problemsOf({ ...clean, ...found }, expected);

describe('problemsOf', () => {
  it('finds nothing on a clean host', () => {
    expect(problems({})).toEqual([]);
  });

  it('names who holds a port', () => {
    expect(problems({ listening: [{ port: 6443, process: 'haproxy', pid: '812' }] })).toEqual([
      'has its TCP port 6443 held by haproxy (process 812); kube-apiserver needs it: stop that program',
    ]);
  });

  it('lets the cluster hold its own ports, but not a cluster that something else made', () => {
    const listening = [{ port: 6443, process: 'kube-apiserver', pid: '7' }];
    expect(problems({ listening, containers: ['kubelet'] })).toEqual([]);
    expect(problems({ listening })).toHaveLength(1);
    expect(
      problems({ listening: [{ port: 6443, process: 'nginx', pid: undefined }], containers: ['kubelet'] }),
    ).toHaveLength(1);
  });

  it('finds a route that overlaps a network, but for those of the cluster itself', () => {
    expect(problems({ routes: [{ to: '10.0.0.0/8', device: 'tun0' }] })).toEqual([
      'has a route to 10.0.0.0/8 by tun0, which overlaps pod_network 10.244.0.0/16: set another pod_network',
      'has a route to 10.0.0.0/8 by tun0, which overlaps service_network 10.96.0.0/16: set another service_network',
    ]);
    expect(problems({ routes: [{ to: '10.244.2.0/24', device: 'flannel.1' }] })).toEqual([]);
    // host-gw: the routes to the other hosts' pods go by the hosts' own network.
    const routes = [{ to: '10.244.2.0/24', device: 'eth0' }];
    expect(problems({ routes, containers: ['flannel'] })).toEqual([]);
    expect(problems({ routes })).toHaveLength(1);
    expect(problems({ routes: [{ to: '10.96.3.4', device: 'eth0' }] })).toHaveLength(1);
  });

  it('finds settings of daemon.json on the command line of dockerd', () => {
    expect(problems({ dockerdFlags: ['mtu', 'log-opt'] })).toEqual([
      "starts dockerd with --mtu, which daemon.json will set too, and dockerd refuses both: take it out of Docker's unit",
      "starts dockerd with --log-opt, which daemon.json will set too, and dockerd refuses both: take it out of Docker's unit",
    ]);
  });

  it('finds an old Docker, a full disk and missing cgroups', () => {
    expect(problems({ dockerVersion: '19.03.8' })).toEqual([
      'runs Docker 19.03.8; 20.10 or newer is needed: upgrade it, or remove it and have deploy install one',
    ]);
    expect(problems({ dockerVersion: undefined })).toEqual([]);
    expect(problems({ diskFreeMb: 900 })[0]).toMatch(/^has 900 MB free/);
    expect(problems({ diskFreeMb: 900, containers: ['kubelet'] })).toEqual([]);
    expect(problems({ cgroups: ['cpu', 'cpuset', 'pids'] })[0]).toMatch(/^has no cgroup controller memory/);
  });
});

describe('a host without a Docker that root runs', () => {
  it('is no problem: it can be installed', () => {
    expect(problems({ dockerInstalled: false, dockerdRoot: false, dockerVersion: undefined })).toEqual([]);
  });

  it('is one where it is rootless, unless root runs another', () => {
    expect(problems({ rootless: 'ann', dockerdRoot: false })[0]).toMatch(
      /^has only a rootless Docker, which ann runs;/,
    );
    expect(problems({ rootless: 'ann' })).toEqual([]);
  });
});

describe('host_survey', () => {
  it('reads this machine', async () => {
    const { result, failed } = await runModule('host_survey', {});
    expect(failed).toBe(false);
    expect(Math.abs(Number(result.get('clock')) - Date.now() / 1000)).toBeLessThan(30);
  });
});

describe('host_reach', () => {
  it('takes a refused connection for a way that is open', async () => {
    const targets = [{ name: 'me', address: '127.0.0.1', tcp: ['9'], udp: ['9'] }];
    const { result } = await runModule('host_reach', { targets });
    expect(result.get('unreached')).toEqual([]);
  });

  it('tells where nothing answers', async () => {
    // A socket that listens and never reads: the kernel takes the packets, and nobody says anything.
    const { createSocket } = await import('node:dgram');
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const targets = [{ name: 'n2', address: '127.0.0.1', udp: [String(port)] }];
    const { result } = await runModule('host_reach', { targets });
    socket.close();
    expect(result.get('unreached')).toEqual([
      new Map([
        ['name', 'n2'],
        ['port', `UDP ${port}`],
        ['why', 'no answer'],
      ]),
    ]);
  });
});
