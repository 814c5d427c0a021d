import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { sshOptions } from '../../../src/lab/inventory.ts';
import { kill, start } from '../../../src/lab/power.ts';
import { useLab } from '../../lab-hosts.ts';

/** lab.md: a machine of its own answers within a minute, also where its processor is emulated. */
const patience = 60_000;

describe('a host that is a virtual machine', () => {
  const lab = useLab({ hosts: 1, vms: 1, docker: '28' });
  const ssh = async (command: string): Promise<string> => {
    const { place, record } = lab.lab;
    const options = [...sshOptions(place), '-o', 'ConnectTimeout=20', '-i', place.key];
    const { stdout } = await execa('ssh', [...options, `root@${record.hosts[1]?.address}`, command]);
    return stdout;
  };

  it('answers within a minute of being powered on, and its disk is as it was left', async () => {
    await ssh('echo kept > /root/kept && sync');
    await kill(lab.lab, ['n2']);
    const started = Date.now();
    await start(lab.lab, ['n2']);
    const took = Date.now() - started;
    process.stderr.write(`a virtual machine answered after ${(took / 1000).toFixed(1)} s\n`);
    expect(await ssh('cat /root/kept')).toBe('kept');
    expect(took).toBeLessThan(patience);
  });

  it('has systemd as its first process, and cgroup v2', async () => {
    expect(await ssh('cat /proc/1/comm; stat -fc %T /sys/fs/cgroup')).toBe('systemd\ncgroup2fs');
    expect(await ssh('systemctl is-system-running --wait; systemctl --failed --plain --no-legend')).toBe('running');
  });

  it('runs Docker on it', async () => {
    expect(await ssh("docker info -f '{{.CgroupVersion}} {{.CgroupDriver}}'")).toBe('2 systemd');
    await ssh('tar -C / -c usr/bin/busybox | docker import - lab/busybox');
    expect(await ssh('docker run --rm lab/busybox /usr/bin/busybox echo works')).toBe('works');
  });

  it('is on one network with hosts that are containers', async () => {
    const [container] = lab.hosts;
    await container?.must(`ping -c 1 -W 5 ${lab.lab.record.hosts[1]?.address}`);
  });
});
