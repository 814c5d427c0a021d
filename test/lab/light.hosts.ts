import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { useLab } from '../lab-hosts.ts';

const run = promisify(execFile);

describe('light hosts', () => {
  const lab = useLab({ hosts: 2 });
  const ssh = (name: string, command: string, wait = 5) => {
    const options = ['UserKnownHostsFile', 'StrictHostKeyChecking', 'ConnectTimeout'];
    const values = [lab.knownHosts, 'yes', String(wait)];
    const flags = options.flatMap((option, at) => ['-o', `${option}=${values[at]}`]);
    return run('ssh', [...flags, '-o', 'BatchMode=yes', '-i', lab.key, `root@${lab.host(name).address}`, command]);
  };

  afterEach(() => lab.host('n2').uncut());

  it('are up with no failed unit, and see their own interfaces only', async () => {
    for (const host of lab.hosts) {
      expect(await host.must('systemctl is-system-running --wait')).toBe('running\n');
      expect(await host.must('ls /sys/class/net')).toBe('eth0\nlo\n');
    }
  });

  it('let one in with the lab’s key, and their host keys are known', async () => {
    expect((await ssh('n1', 'id -un; hostname')).stdout).toBe('root\nn1\n');
    const file = await run('stat', ['-c', '%a', lab.key]);
    expect(file.stdout).toBe('600\n');
  });

  it('have no Python, and a machine-id of their own', async () => {
    const [one, two] = await Promise.all(lab.hosts.map((host) => host.must('cat /etc/machine-id')));
    expect(one).toMatch(/^[0-9a-f]{32}\n$/);
    expect(two).not.toBe(one);
    expect((await lab.host('n1').exec('command -v python3')).code).not.toBe(0);
  });

  it('reach each other by name', async () => {
    await lab.host('n1').must('ping -c 1 -W 2 n2');
  });

  it('are reached no more when cut off, run on, and are reached again', async () => {
    const n2 = lab.host('n2');
    await n2.cut();
    await expect(ssh('n2', 'true', 1)).rejects.toThrow();
    await n2.must('touch /run/here');
    await n2.uncut();
    expect((await ssh('n2', 'ls /run/here')).stdout).toBe('/run/here\n');
  });

  it('keep what was on their disk when killed, and lose what was not', async () => {
    const n2 = lab.host('n2');
    const content = 'x'.repeat(100_000);
    await n2.exec('cat > /var/kept && sync && echo yes > /run/lost && mkdir -p /var/lib/docker/kept', content);
    await n2.kill();
    await expect(n2.exec('true')).rejects.toThrow('n2 is off');
    await n2.start();
    expect(await n2.must('cat /var/kept')).toBe(content);
    expect(await n2.must('ls -d /run/lost /var/lib/docker/kept 2>/dev/null || true')).toBe('/var/lib/docker/kept\n');
    expect(await n2.must('systemctl is-system-running --wait')).toBe('running\n');
  });

  it('install packages', async () => {
    const n1 = lab.host('n1');
    await n1.must('apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install tree');
    expect(await n1.must('tree --version')).toContain('tree v');
  });
});

describe('hosts of another kind', () => {
  const lab = useLab({ hosts: 1, shell: 'ash' });

  it('have busybox for /bin/sh', async () => {
    expect(await lab.host('n1').must('readlink -f /bin/sh; exec 2>&1; /bin/sh --help || true')).toMatch(
      /^\/usr\/bin\/busybox\nBusyBox/,
    );
    expect(await lab.host('n1').must('systemctl is-system-running --wait')).toBe('running\n');
  });
});
