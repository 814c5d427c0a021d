/**
 * Real hosts for tests: systemd, sshd, an address each; and Docker where asked for. For `*.hosts.ts` files, as root.
 *
 *     const lab = useLab({ hosts: 2 });
 *
 *     it('does it', async () => {
 *       const [n1] = lab.hosts;
 *       await play(`${lab.inventory}`);                    // inventory file, keys and known_hosts set
 *       expect((await n1.exec('cat /etc/motd')).stdout).toBe('hello\n');
 *     });
 *
 * `useLab` makes a lab of its own in beforeAll (a few seconds, once the root file system is built) and removes it in
 * afterAll. All files may have labs at once. `exec` runs a script as root inside the host without SSH, so it works on a
 * host that is cut off; `upper` holds whatever was written on a host; apt on the hosts installs what apt here could.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Ran, runInside } from '../src/lab/inside.ts';
import { writeInventory } from '../src/lab/inventory.ts';
import type { Docker, Shell } from '../src/lab/layers.ts';
import { cut, down, kill, pick, start, uncut } from '../src/lab/power.ts';
import { packageProxy, proxyFurnishing, serveProxy } from '../src/lab/proxy.ts';
import type { LabService } from '../src/lab/service.ts';
import type { HostRecord, LabHome } from '../src/lab/state.ts';
import { type Lab, up } from '../src/lab/up.ts';

export interface LabWish {
  readonly hosts?: number;
  /** Further hosts that are virtual machines; `exec` and `upper` are not for them. */
  readonly vms?: number;
  /** `none` when absent: hosts with sshd only, the quickest. */
  readonly docker?: Docker;
  /** `ash`: /bin/sh is busybox's. */
  readonly shell?: Shell;
  /** Hosts have no Python unless asked. */
  readonly python?: boolean;
  readonly services?: readonly LabService[];
}

export interface TestLab {
  readonly lab: Lab;
  readonly hosts: readonly TestHost[];
  host(name: string): TestHost;
  /** The private key that lets root in everywhere. */
  readonly key: string;
  readonly knownHosts: string;
  /** An inventory file with all hosts; masters: the first, workers: the others. */
  readonly inventory: string;
}

export interface TestHost {
  readonly name: string;
  readonly address: string;
  /** The folder of all that was written on the host, but /var/lib/{docker,containerd,kubelet}. */
  readonly upper: string;
  /** The folder that holds those three. */
  readonly bound: string;
  /** Runs a script of sh as root inside. Output is latin1: a character a byte. Throws when the host is off. */
  exec(script: string, stdin?: string | Uint8Array): Promise<Ran>;
  /** As `exec`, but throws unless the code is 0; returns standard output. */
  must(script: string): Promise<string>;
  /** Nobody reaches it, it goes on running. */
  cut(): Promise<void>;
  uncut(): Promise<void>;
  /** Power off, hard. */
  kill(): Promise<void>;
  /** Power on again; returns when it answers on SSH. */
  start(): Promise<void>;
}

/** Where labs of tests have their state; the cache is the one that `k8s-bm lab up` has too. */
export const testHome: LabHome = {
  state: join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'k8s-bm/lab-tests'),
  cache: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8s-bm/lab'),
};

export const useLab = (wish: LabWish = {}): TestLab => {
  const name = `t${randomBytes(3).toString('hex')}`;
  const proxy = proxyHere();
  let made: { lab: Lab; hosts: TestHost[]; inventory: string } | undefined;
  const get = () => {
    if (made) return made;
    throw new Error('the lab is there in tests and hooks, not before');
  };
  beforeAll(async () => {
    await removeOrphans();
    await own(name);
    const { hosts = 1, docker = 'none' } = wish;
    const services = [proxy, ...(wish.services ?? [])];
    const lab = await up({ ...wish, services, name, home: testHome, hosts, docker, onProgress: announce });
    const inventory = join(lab.place.folder, 'lab.yml');
    await writeInventory(lab.place, lab.record, inventory);
    made = { lab, inventory, hosts: lab.record.hosts.map((host) => testHost(lab, host)) };
  }, 900_000);
  afterAll(async () => {
    proxy.stop();
    await down(testHome, name);
    await rm(ownerFile(name), { force: true });
  }, 60_000);
  return {
    get lab() {
      return get().lab;
    },
    get hosts() {
      return get().hosts;
    },
    get key() {
      return get().lab.place.key;
    },
    get knownHosts() {
      return get().lab.place.knownHosts;
    },
    get inventory() {
      return get().inventory;
    },
    host: (host) => get().hosts[(pick(get().lab, [host])[0]?.index ?? 0) - 1] as TestHost,
  };
};

const testHost = (lab: Lab, host: HostRecord): TestHost => {
  const exec = async (script: string, stdin?: string | Uint8Array): Promise<Ran> => {
    const ran = await runInside(lab.place, host, script, stdin);
    if (ran) return ran;
    throw new Error(`${host.name} is off`);
  };
  return {
    name: host.name,
    address: host.address,
    upper: lab.place.host(host.name).upper,
    bound: lab.place.host(host.name).bound,
    exec,
    must: async (script) => {
      const { code, stdout, stderr } = await exec(script);
      if (code === 0) return stdout;
      throw new Error(`${host.name}: exit code ${code} from ${script}\n${stdout}${stderr}`);
    },
    cut: () => cut(lab, [host.name]),
    uncut: () => uncut(lab, [host.name]),
    kill: () => kill(lab, [host.name]),
    start: () => start(lab, [host.name]),
  };
};

/** The lab's proxy for packages in this process instead of in one of its own: tests need not have the program built. */
const proxyHere = (): LabService & { stop(): void } => {
  let server: Awaited<ReturnType<typeof serveProxy>> | undefined;
  return {
    ...packageProxy,
    start: async (_place, network) => {
      server = await serveProxy(network.gateway);
      return proxyFurnishing(network);
    },
    stop: () => {
      server?.close();
      server?.closeAllConnections();
    },
  };
};

/** Only what takes long is worth a line in a test's output. */
const announce = (message: string) => {
  if (/building|waiting|removing/i.test(message)) process.stderr.write(`${message}\n`);
};

const ownerFile = (name: string): string => join(testHome.state, `${name}.owner`);

/** Says which process a lab belongs to, before it is made. */
const own = async (name: string): Promise<void> => {
  await writeFile(ownerFile(name), String(process.pid));
};

/** Labs whose test run was killed: their owner is gone. */
const removeOrphans = async (): Promise<void> => {
  await mkdir(testHome.state, { recursive: true });
  for (const file of await readdir(testHome.state)) {
    if (!file.endsWith('.owner')) continue;
    const pid = (await readFile(join(testHome.state, file), 'utf8').catch(() => '')).trim();
    const alive = pid === '' || (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)) !== undefined;
    if (alive) continue;
    await down(testHome, file.slice(0, -'.owner'.length));
    await rm(join(testHome.state, file), { force: true });
  }
};
