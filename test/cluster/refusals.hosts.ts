import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { imageRegistry } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { type Ended, startProgram } from '../run/program.ts';

/**
 * What stands in the way on hosts, as `k8s-bm check` says it: `refusals/*.txt` have it as a user reads it. Everything that is
 * wrong with any host is said at once, sorted by host, with what to do; nothing was changed, and no stack or secret is shown.
 */
const lab = useLab({ hosts: 3, services: [imageRegistry] });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-refused-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Vars = Readonly<Record<string, unknown>>;

/** The settings by which hosts get images from the lab's registry. */
const registryOfLab = (): Vars => {
  const { vars } = parse(readFileSync(lab.inventory, 'utf8')).all as { readonly vars: Vars };
  return { image_registry: vars.image_registry, image_registry_ca: vars.image_registry_ca };
};

/** An inventory of the lab's hosts, n1 as master, with what a case sets for all and for some. */
const inventory = (all: Vars, hosts: Readonly<Record<string, Vars>>): string => {
  const members = lab.hosts.map(({ name, address }): [string, Vars] => [
    name,
    { ansible_host: address, ...hosts[name] },
  ]);
  const sshArgs = `-o UserKnownHostsFile=${lab.knownHosts} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes`;
  const vars = {
    ansible_user: 'root',
    ansible_ssh_private_key_file: lab.key,
    ansible_ssh_common_args: sshArgs,
    ansible_timeout: 8,
    kubernetes_version: 'v1.36.3',
    ...registryOfLab(),
    ...all,
  };
  const [master, ...workers] = members;
  writeFileSync(
    join(folder, 'cluster.yml'),
    stringify({
      all: {
        vars,
        children: {
          masters: { hosts: Object.fromEntries([master ?? []]) },
          workers: { hosts: Object.fromEntries(workers) },
        },
      },
    }),
  );
  return 'cluster.yml';
};

const check = (all: Vars, hosts: Readonly<Record<string, Vars>> = {}): Promise<Ended> =>
  startProgram(['check', inventory(all, hosts)], { cwd: folder }).ended;

/** What failed, as a user reads it: without the tasks that went well, the recap, and what differs from run to run. */
const told = ({ out }: Ended): string =>
  out
    .split('\n\n')
    .map((part) => part.split(/\n(?! )/).filter((line) => !/^(?:ok|skipping|changed): /.test(line)))
    .filter((lines) => lines.length > 1 && !/^(?:PLAY RECAP|\d+ hosts?, )/.test(lines[0] ?? ''))
    .map(([title, ...results]) => [title, ...results.sort((a, b) => (hostOf(a) < hostOf(b) ? -1 : 1))].join('\n'))
    .join('\n\n')
    .replaceAll(`${folder}/`, '')
    .replaceAll(lab.lab.place.folder, 'LAB')
    .replaceAll(lab.hosts[0]?.address.replace(/\.\d+$/, '') ?? '', 'NETWORK')
    .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:FINGERPRINT')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'MACHINE-ID')
    .replaceAll(/has \d+ MB/g, 'has SOME MB')
    .replaceAll(/process \d+/g, 'process PID')
    .replaceAll(/that is (?:59[0-9]|60[0-9]|61[0-9]) s/g, 'that is 600 s')
    .replaceAll(/at \S*\/(roles|playbooks)\//g, 'at $1/');

const hostOf = (line: string): string => /\[(\w+)\]/.exec(line)?.[1] ?? '';

/** Neither a stack nor a secret, and nothing of ours on the hosts. */
const quiet = async (ended: Ended): Promise<void> => {
  expect(ended.out).not.toMatch(/^\s+at .*\.[jt]s:\d+/m);
  expect(ended.out).not.toContain(secret);
  for (const host of lab.hosts)
    expect((await host.exec('ls -d /etc/kubernetes /var/lib/k8s-bm /etc/docker/daemon.json 2>/dev/null')).stdout).toBe(
      '',
    );
};

const secret = 'correct-horse';
const hosts = (): [TestHost, TestHost, TestHost] => lab.hosts as [TestHost, TestHost, TestHost];

describe('hosts that nobody can log in to', () => {
  it('are told together with what is wrong with the others: powered off, without an address, too small', async () => {
    const [, n2] = hosts();
    await n2.cut();
    const ended = await check(
      { preflight_memory_mb: 900_000_000 },
      { n3: { ansible_host: 'nowhere.invalid' } },
    ).finally(() => n2.uncut());
    await expect(told(ended)).toMatchFileSnapshot('refusals/not-reached.txt');
    expect(ended.code).toBe(4);
    await quiet(ended);
  });

  it('have another key than known_hosts, do not take ours, or are seen for the first time', async () => {
    const [n1, , n3] = hosts();
    const other = join(folder, 'other-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const known = readFileSync(lab.knownHosts, 'utf8').split('\n');
    const changed = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const file = join(folder, 'known_hosts');
    const lines = known.filter((line) => !line.startsWith(n1.address) && !line.startsWith(n3.address));
    writeFileSync(file, [...lines, `${n1.address} ${changed}`, ''].join('\n'));
    const ended = await check(
      {
        ansible_ssh_common_args: `-o UserKnownHostsFile=${file} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes`,
      },
      { n2: { ansible_ssh_private_key_file: other } },
    );
    await expect(told(ended)).toMatchFileSnapshot('refusals/not-let-in.txt');
    expect(ended.code).toBe(4);
    await quiet(ended);
  });

  it('have users who may not become root', async () => {
    for (const host of lab.hosts)
      await host.must(
        `id ann >/dev/null 2>&1 || useradd -m ann; echo ann:${secret} | chpasswd; install -d -m 700 -o ann /home/ann/.ssh
cp /root/.ssh/authorized_keys /home/ann/.ssh/; chown ann /home/ann/.ssh/authorized_keys`,
      );
    const [, n2] = hosts();
    await n2.must("echo 'ann ALL=(ALL) ALL' >/etc/sudoers.d/ann; chmod 440 /etc/sudoers.d/ann");
    const ended = await check(
      { ansible_user: 'ann', ansible_become: true },
      { n1: { ansible_become_password: secret }, n3: { ansible_become: false } },
    );
    await expect(told(ended)).toMatchFileSnapshot('refusals/not-root.txt');
    expect(ended.code).toBe(2);
    const wrong = await check({ ansible_user: 'ann', ansible_become: true, ansible_become_password: `${secret}2` });
    await expect(told(wrong)).toMatchFileSnapshot('refusals/wrong-password.txt');
    await quiet(wrong);
  });
});

describe('hosts that are not ready', () => {
  it('are told all at once: names, clock, ports, routes, disk, firewall', async () => {
    const [n1, n2, n3] = hosts();
    try {
      await n1.must('systemd-run --quiet --unit holder systemd-socket-activate -l 10250 cat');
      await n1.must('ip route add 10.244.7.0/24 dev lo');
      await n2.must(
        'hostname n1; cp /etc/machine-id /run/machine-id; echo 0123456789abcdef0123456789abcdef >/etc/machine-id',
      );
      await n3.must('cp /etc/machine-id /run/machine-id; echo 0123456789abcdef0123456789abcdef >/etc/machine-id');
      await n3.must(
        `printf '#!/bin/sh\\n[ "$*" = +%%s ] && exec echo $(($(/bin/date +%%s) + 600))\\nexec /bin/date "$@"\\n' >/usr/local/sbin/date; chmod 755 /usr/local/sbin/date`,
      );
      // Without a packet filter on these hosts: what comes in for that port leads nowhere, before the table of local addresses is asked.
      await n3.must(`device=$(ip -o -4 route show default | sed 's/.* dev \\([^ ]*\\).*/\\1/')
ip rule add pref 2 lookup local && ip rule del pref 0 && ip rule add pref 1 iif "$device" ipproto 17 dport 8472 blackhole`);
      const ended = await check({}, { n2: { preflight_disk_mb: 900_000_000 } });
      await expect(told(ended)).toMatchFileSnapshot('refusals/not-ready.txt');
      expect(ended.code).toBe(2);
      await quiet(ended);
    } finally {
      await n1.exec('systemctl stop holder; ip route del 10.244.7.0/24 dev lo');
      await n2.exec('hostname n2; cat /run/machine-id >/etc/machine-id');
      await n3.exec(
        'cat /run/machine-id >/etc/machine-id; rm /usr/local/sbin/date; ip rule add pref 0 lookup local; ip rule del pref 1; ip rule del pref 2',
      );
    }
  });

  it('have no Docker that Kubernetes can use: none to be had, too old, rootless', async () => {
    const [, n2, n3] = hosts();
    const docker = 'install -m 755 /bin/sleep /usr/local/bin/dockerd';
    try {
      await n2.must(
        `${docker}; printf '#!/bin/sh\\n[ "$1" != version ] || echo 19.03.8\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker`,
      );
      await n3.must(`${docker}; printf '#!/bin/sh\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker`);
      await n3.must(
        'id bob >/dev/null 2>&1 || useradd -m bob; systemd-run --quiet --uid bob --unit rootless unshare -Ur /usr/local/bin/dockerd 600',
      );
      for (const host of lab.hosts) await host.must('touch /var/lib/apt/lists/repository.example_Packages');
      const ended = await check({ docker_packages: ['docker-of-nobody'] });
      await expect(told(ended)).toMatchFileSnapshot('refusals/no-docker.txt');
      expect(ended.code).toBe(2);
      await quiet(ended);
    } finally {
      await n3.exec('systemctl stop rootless');
      for (const host of [n2, n3]) await host.exec('rm /usr/local/bin/docker /usr/local/bin/dockerd');
      for (const host of lab.hosts) await host.exec('rm /var/lib/apt/lists/repository.example_Packages');
    }
  });

  it('get no images: no answer, an authority that they do not know, a version that the registry has not', async () => {
    const network = lab.hosts[0]?.address.replace(/\.\d+$/, '');
    const ways = [
      { image_registry: '127.0.0.1:1', image_registry_ca: '' },
      // Under this name no folder of Docker's has its authority.
      { image_registry: `${network}.1:5000`, image_registry_ca: '' },
      { kubernetes_version: 'v1.36.99' },
    ];
    const texts: string[] = [];
    for (const way of ways) {
      const ended = await check(way);
      expect(ended.code).toBe(2);
      await quiet(ended);
      texts.push(told(ended).replace(/after \d+ ms/g, 'after 1 ms'));
    }
    await expect(texts.join('\n\n')).toMatchFileSnapshot('refusals/no-images.txt');
  });

  it('have another address than they are said to have', async () => {
    const ended = await check({ preflight_connections: false }, { n2: { node_address: '192.0.2.99' } });
    await expect(told(ended)).toMatchFileSnapshot('refusals/no-interface.txt');
    expect(ended.code).toBe(2);
    await quiet(ended);
  });

  it('and, once mended, are', async () => {
    const ended = await check({});
    expect(ended.out).not.toMatch(/fatal: |unreachable: \[/);
    expect(ended.out).toContain('Nothing stands in the way. To build the cluster:\n  k8s-bm deploy cluster.yml\n');
    expect(ended.code).toBe(0);
  });
});
