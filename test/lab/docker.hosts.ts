import { describe, expect, it } from 'vitest';
import { down } from '../../src/lab/power.ts';
import { restore, snapshot } from '../../src/lab/snapshot.ts';
import { statusOf } from '../../src/lab/status.ts';
import { up } from '../../src/lab/up.ts';
import { testHome, useLab } from '../lab-hosts.ts';
import { slowness } from './slowness.ts';

const docker = process.env.LAB_DOCKER ? [process.env.LAB_DOCKER as '26' | '28'] : (['26', '28'] as const);

describe.each(docker)('three hosts with Docker %s', (version) => {
  const lab = useLab({ hosts: 3, docker: version });
  /** An image of busybox alone, made of the host's own. */
  const image = 'cd /usr/bin && tar -c busybox | docker import -c "ENTRYPOINT [\\"/busybox\\"]" - bb >/dev/null';

  it('answer on SSH soon once the root file system is there', async () => {
    const began = Date.now();
    await up({ name: 'tsoon', home: testHome, hosts: 3, docker: version });
    const seconds = (Date.now() - began) / 1000;
    await down(testHome, 'tsoon');
    console.log(`3 hosts with Docker ${version} answered after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15 * (await slowness()));
  });

  it('run the engine asked for, and no unit has failed', async () => {
    for (const host of lab.hosts) {
      expect(await host.must('systemctl is-system-running --wait')).toBe('running\n');
      expect(await host.must('docker version -f {{.Server.Version}}')).toMatch(new RegExp(`^${version}\\.`));
    }
    expect((await statusOf(lab.lab)).map(({ system, failed }) => [system, failed])).toEqual(
      lab.hosts.map(() => ['running', []]),
    );
  });

  it('run containers of every kind that a cluster is made of', async () => {
    const n1 = lab.host('n1');
    await n1.must(image);
    expect(await n1.must('docker run --rm bb echo hello')).toBe('hello\n');
    expect(await n1.must('docker run --rm --privileged --net host bb ip address show eth0')).toContain(n1.address);
    expect(await n1.must('docker run --rm --pid host bb cat /proc/1/comm')).toBe('systemd\n');
    expect(await n1.must('docker run --rm --oom-score-adj -900 bb echo killed last')).toBe('killed last\n');
    const limit =
      'docker run --rm --memory 64m bb sh -c "cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max"';
    expect(await n1.must(limit)).toBe('67108864\n');
    const volume = '/var/lib/kubelet/pods';
    await n1.must(`mkdir ${volume} && mount --bind ${volume} ${volume} && mount --make-rshared ${volume}`);
    await n1.must(`docker run --rm --privileged -v ${volume}:/pods:rshared --entrypoint /busybox bb sh -c '
      /busybox mkdir /pods/inner && /busybox mount -t tmpfs none /pods/inner && echo seen > /pods/inner/file'`);
    expect(await n1.must(`cat ${volume}/inner/file`)).toBe('seen\n');
  });

  it('carry a vxlan', async () => {
    for (const [at, host] of lab.hosts.slice(0, 2).entries())
      await host.must(`
        ip link add overlay type vxlan id 7 dstport 8472 remote ${lab.hosts[1 - at]?.address} dev eth0
        ip address add 10.77.0.${at + 1}/24 dev overlay
        ip link set overlay up`);
    await lab.host('n1').must('ping -c 1 -W 5 10.77.0.2');
    await lab.host('n2').must('ip link delete overlay');
  });

  it('are put back as they were, running containers too', async () => {
    const n1 = lab.host('n1');
    await n1.must('docker run -d --name keeper --restart always bb sleep 100000 && echo before > /etc/state');
    const started = Date.now();
    await snapshot(lab.lab, 'before');
    const taken = Date.now();
    await n1.must('echo after > /etc/state && docker rm -f keeper');
    const spoilt = Date.now();
    await restore(lab.lab, 'before');
    const both = taken - started + (Date.now() - spoilt);
    console.log(`snapshot and restore of three hosts with Docker ${version}: ${(both / 1000).toFixed(1)} s`);
    expect(both).toBeLessThan(20_000 * (await slowness()));
    expect(await n1.must('cat /etc/state')).toBe('before\n');
    await expect.poll(() => n1.must('docker ps --format {{.Names}} || true'), { timeout: 20_000 }).toBe('keeper\n');
  });
});
