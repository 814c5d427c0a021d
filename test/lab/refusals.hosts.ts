import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { k8sBm } from './program.ts';
import { newTraces, traces } from './traces.ts';

describe('lab up says in a sentence why it cannot, and leaves nothing', () => {
  const lab = 'trefuse';
  let folder = '';
  let before: string[] = [];
  const found = () => traces(lab, [join(folder, 'state')]);
  const up = async (options: Parameters<typeof k8sBm>[1], ...more: string[]) => {
    const at = ['--name', lab, '--state', join(folder, 'state'), '--inventory', join(folder, 'lab.yml')];
    const { code, out, err } = await k8sBm(['lab', 'up', '--hosts', '1', '--docker', 'none', ...at, ...more], options);
    expect(newTraces(before, await found())).toEqual([]);
    expect((await readdir(folder)).filter((name) => name === 'lab.yml')).toEqual([]);
    return { code, out, err: err.split('\n') };
  };
  const refused = (...lines: (string | RegExp)[]) => ({
    code: 1,
    out: '',
    err: lines.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8s-bm-refusals-'));
    before = await found();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('to a user who is not root', async () => {
    expect(await up({ wrap: ['unshare', '--user'] })).toEqual(
      refused('k8s-bm: the lab needs root: it makes network interfaces and mounts', '  run the same command with sudo'),
    );
  });

  it('in a container without the rights', async () => {
    expect(await up({ wrap: ['setpriv', '--bounding-set', '-sys_admin,-net_admin'] })).toEqual(
      refused(
        'k8s-bm: root here lacks CAP_NET_ADMIN, CAP_SYS_ADMIN: this is a container that was made without them',
        '  run it on the machine itself, or in a container started with --privileged',
      ),
    );
  });

  it('where cgroups are read-only', async () => {
    const wrap = ['unshare', '--mount', 'sh', '-ec', 'mount -t tmpfs none /sys/fs/cgroup; exec "$@"', 'sh'];
    expect(await up({ wrap })).toEqual(
      refused('k8s-bm: no cgroup file system is mounted at /sys/fs/cgroup', '  mount it, or use a machine that has it'),
    );
    const first = (await readdir('/sys/fs/cgroup')).includes('pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
    const readOnly = `mount -o remount,bind,ro ${first}; exec "$@"`;
    expect(await up({ wrap: ['unshare', '--mount', 'sh', '-ec', readOnly, 'sh'] })).toEqual(
      refused(
        `k8s-bm: ${first} is mounted read-only, so that no host could have its cgroup`,
        '  in a container: start it with --privileged',
      ),
    );
  });

  it('without systemd-nspawn', async () => {
    const bin = join(folder, 'bin');
    const without = ['systemd-nspawn', 'debootstrap'];
    await execa('mkdir', [bin]);
    for (const from of ['/usr/sbin', '/usr/bin', '/sbin', '/bin'])
      for (const name of await readdir(from))
        if (!without.includes(name)) await symlink(join(from, name), join(bin, name)).catch(() => {});
    expect(await up({ env: { PATH: bin } })).toEqual(
      refused(
        'k8s-bm: systemd-nspawn, debootstrap are missing on this machine',
        '  apt-get install systemd-container debootstrap, or give --install to have it done',
      ),
    );
  });

  it('where the bridge’s name is taken', async () => {
    await execa('ip', ['link', 'add', `kb-${lab}`, 'type', 'bridge']);
    before = await found();
    const said = await up({});
    expect(await found()).toContain(`link kb-${lab}`);
    await execa('ip', ['link', 'delete', `kb-${lab}`]);
    before = await found();
    expect(said).toEqual(
      refused(
        `k8s-bm: a network interface kb-${lab} exists already, and no lab '${lab}' is known in ${folder}/state`,
        `  take another --name; or, if that is a lab's whose state is gone, remove it: k8s-bm lab down --name ${lab}`,
      ),
    );
  });

  it('where the address range is taken, or is none', async () => {
    await execa('ip', ['link', 'add', 'br-range', 'type', 'bridge']);
    await execa('ip', ['address', 'add', '10.98.7.6/22', 'dev', 'br-range']);
    await execa('ip', ['link', 'set', 'br-range', 'up']);
    before = await found();
    const said = await up({}, '--network', '10.98.5.0/24');
    await execa('ip', ['link', 'delete', 'br-range']);
    before = await found();
    expect(said).toEqual(
      refused(
        'k8s-bm: the address range 10.98.5.0/24 is in use on this machine: 10.98.7.6/22, the address of br-range',
        '  leave --network out to take the first free range, or name another',
      ),
    );
    expect(await up({}, '--network', '10.0.0.0/8')).toEqual(
      refused(
        "k8s-bm: '10.0.0.0/8' is no range that a lab can have",
        '  a lab has 254 addresses: write it as 10.99.0.0/24',
      ),
    );
  });

  it('to a name, a number of hosts or an inventory that cannot be', async () => {
    expect((await up({}, '--name', 'Too-Long-A-Name')).err[0]).toBe("k8s-bm: 'Too-Long-A-Name' cannot be a lab's name");
    expect((await up({}, '--hosts', '0')).err[0]).toBe('k8s-bm: a lab has 1 to 200 hosts, not 0');
    const own = join(folder, 'own.yml');
    await writeFile(own, 'all: {}\n');
    expect((await up({}, '--inventory', own)).err[0]).toBe(
      `k8s-bm: ${own} is there already and was not made by k8s-bm lab up`,
    );
  });

  it('where the lab is there already', async () => {
    const state = join(folder, 'another');
    await execa('mkdir', ['-p', join(state, lab)]);
    await writeFile(join(state, lab, 'lab.json'), '{}');
    expect(await up({}, '--state', state)).toEqual(
      refused(
        `k8s-bm: the lab '${lab}' is there already`,
        '  k8s-bm lab status shows it, k8s-bm lab start powers its hosts on, k8s-bm lab down removes it; or take another --name',
      ),
    );
  });

  it('for a lab or a host that is not there', async () => {
    const at = ['--name', lab, '--state', join(folder, 'state')];
    expect((await k8sBm(['lab', 'status', ...at])).err).toBe(
      `k8s-bm: there is no lab '${lab}' in ${folder}/state\n  make it: k8s-bm lab up --name ${lab}`,
    );
    expect((await k8sBm(['lab', 'down', ...at])).code).toBe(0);
  });
});
