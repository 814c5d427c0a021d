import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { inPrivateNetwork } from './private-network.ts';
import { k8sBm, program } from './program.ts';
import { slowness } from './slowness.ts';
import { newTraces, traces } from './traces.ts';

/** Machines of other kinds than this one, as far as namespaces can make this one look like them. */
describe('lab up', () => {
  const lab = 'tother';
  const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-machines-'));
  const at = ['--name', lab, '--state', join(folder, 'state')];
  const up = ['lab', 'up', ...at, '--inventory', join(folder, 'lab.yml')];
  const lines = (...commands: string[]) => commands.join('\n');
  const k8s = (...args: string[]) => `${process.execPath} ${program} ${args.join(' ')}`;

  afterEach(async () => {
    await k8sBm(['lab', 'down', ...at]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified';
  it.runIf(existsSync(unified))('works on cgroup v2, Docker too', async () => {
    const script = lines(
      'set -e',
      `[ ${unified} = /sys/fs/cgroup ] || mount --bind ${unified} /sys/fs/cgroup`,
      k8s(...up, '--hosts', '1', '--docker', '28'),
      k8s('lab', 'ssh', ...at, 'n1', "'systemctl is-system-running --wait; docker info -f {{.CgroupVersion}}'"),
      k8s('lab', 'ssh', ...at, 'n1', "'cd /usr/bin && tar -c busybox | docker import - bb >/dev/null'"),
      k8s('lab', 'ssh', ...at, 'n1', "'docker run --rm --privileged --pid host bb /busybox echo ran'"),
      k8s('lab', 'down', ...at),
    );
    const before = await traces(lab, [folder]);
    const { stdout, exitCode, stderr } = await execa('unshare', ['--mount', 'sh', '-c', script], { reject: false });
    expect({ stdout, exitCode }, stderr).toEqual({ stdout: 'running\n2\nran', exitCode: 0 });
    expect(newTraces(before, await traces(lab, [folder]))).toEqual([]);
  });

  const firewall = ['/usr/sbin/iptables', '/sbin/iptables'].some((file) => existsSync(file));
  it.runIf(firewall)(
    'lets hosts reach each other where a firewall forwards nothing, and takes its rule away',
    async () => {
      const script = lines(
        'set -e',
        'iptables -P FORWARD DROP',
        'iptables -A FORWARD -i somebody -j ACCEPT',
        k8s(...up, '--hosts', '2', '--docker', 'none'),
        'iptables -S FORWARD',
        k8s('lab', 'ssh', ...at, 'n1', "'ping -c 1 -W 3 n2 >/dev/null && echo reached'"),
        k8s('lab', 'down', ...at),
        'iptables -S FORWARD',
      );
      const [file, ...args] = [...inPrivateNetwork(), 'sh', '-c', script];
      const { stdout, stderr } = await execa(file as string, args, { reject: false });
      expect(stdout.split('\n'), stderr).toEqual([
        '-P FORWARD DROP',
        `-A FORWARD -i kb-${lab} -o kb-${lab} -m comment --comment kb-${lab} -j ACCEPT`,
        '-A FORWARD -i somebody -j ACCEPT',
        'reached',
        '-P FORWARD DROP',
        '-A FORWARD -i somebody -j ACCEPT',
      ]);
    },
  );

  it('takes the next range where the first is routed elsewhere', async () => {
    const before = 'ip link add far type bridge && ip link set far up && ip route add 10.99.0.0/22 dev far';
    const made = await k8sBm([...up, '--hosts', '1', '--docker', 'none'], { wrap: inPrivateNetwork(before) });
    expect(made.err).toContain('n1 10.99.4.11 answers');
  });

  it('and lab start bring hosts back after the machine was restarted', async () => {
    expect((await k8sBm([...up, '--hosts', '1', '--docker', 'none'])).code).toBe(0);
    const ssh = (command: string) => k8sBm(['lab', 'ssh', ...at, 'n1', command]);
    await ssh('echo kept > /etc/kept; sync');
    // What a restart leaves of a lab: its folder.
    await k8sBm(['lab', 'kill', ...at, 'n1']);
    for (const group of ['pids', 'systemd', '.'].map((name) => `/sys/fs/cgroup/${name}/kb-${lab}/proxy/cgroup.procs`))
      await execa('sh', ['-c', `[ ! -e ${group} ] || kill -9 $(cat ${group})`], { reject: false });
    await execa('ip', ['link', 'delete', `kb-${lab}`]);
    expect((await k8sBm(['lab', 'status', ...at])).out).toMatch(/^n1 .* off$/m);
    expect((await k8sBm(['lab', 'start', ...at])).code).toBe(0);
    expect((await ssh('cat /etc/kept; apt-get -q update >/dev/null 2>&1 && echo packages')).out).toBe('kept\npackages');
  });

  it('makes fifty light hosts within a minute', async () => {
    const began = Date.now();
    const made = await k8sBm([...up, '--hosts', '50', '--docker', 'none']);
    const seconds = (Date.now() - began) / 1000;
    expect(made).toMatchObject({ code: 0 });
    console.log(`50 light hosts answered after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(60 * (await slowness()));
    const { out } = await k8sBm(['lab', 'status', ...at, '--json']);
    const states = (JSON.parse(out).hosts as { system: string; power: string }[]).map(({ power }) => power);
    expect(states).toEqual(Array.from({ length: 50 }, () => 'on'));
  });
});
