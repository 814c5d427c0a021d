import { beforeAll, describe, expect, it } from 'vitest';
import { type TestHost, useLab } from '../../lab-hosts.ts';
import { expectIdempotent, planModule, runModule, type Setting } from '../harness.ts';
import { runOn } from './run-on.ts';

describe.each([
  // Where Docker's own variables say which engine is meant, the command is asked instead of the socket.
  ['26', 'by its command', 'export DOCKER_HOST=unix:///var/run/docker.sock\n'],
  ['28', 'by its socket', ''],
] as const)('docker_container on Docker %s, asked %s', (docker, _, environment) => {
  const lab = useLab({ hosts: 1, docker });
  let host: TestHost;
  let on: Setting;
  beforeAll(async () => {
    host = lab.hosts[0] as TestHost;
    on = { run: (text, stdin) => runOn(host, environment + text, stdin) };
    // An image that needs no registry: the host's own static busybox.
    await host.must(
      'mkdir -p /tmp/image/bin && cp /usr/bin/busybox /tmp/image/bin/ && ln -s busybox /tmp/image/bin/sh && tar -C /tmp/image -c . | docker import - k8s-bm/sample:1',
    );
    await host.must('docker tag k8s-bm/sample:1 k8s-bm/sample:2');
  });

  const server = (more: Record<string, unknown> = {}) => ({
    name: 'server',
    image: 'k8s-bm/sample:1',
    command: ['/bin/busybox', 'sleep', '1000'],
    network_mode: 'host',
    restart_policy: 'always',
    stop_timeout: 1,
    env: { GREETING: "it's $HOME" },
    ...more,
  });
  const id = () =>
    host.must("docker inspect --format '{{.Id}} {{.HostConfig.RestartPolicy.Name}} {{.State.Status}}' server");

  it('makes one, then nothing', async () => {
    const made = await expectIdempotent('docker_container', server(), on);
    expect(made.get('changed')).toBe(true);
    expect(await id()).toMatch(/ always running\n$/);
    expect(await host.must(`docker exec server /bin/busybox sh -c 'echo "$GREETING"'`)).toBe("it's $HOME\n");
  });

  it('starts it again where it was stopped, without making it anew', async () => {
    const before = await id();
    await host.must('docker stop -t 1 server');
    const plan = await planModule('docker_container', server(), on);
    expect(plan.changes).toEqual([{ what: 'container server', before: 'exited', after: 'running' }]);
    await expectIdempotent('docker_container', server(), on);
    expect(await id()).toBe(before);
  });

  it('tells field by field what differs, and replaces it', async () => {
    const before = await id();
    const changed = server({ command: ['/bin/busybox', 'sleep', '2000'], volumes: ['/etc:/host-etc:ro'] });
    const plan = await planModule('docker_container', changed, on);
    expect(plan.changes).toEqual([
      { what: 'container server: command', before: '/bin/busybox sleep 1000', after: '/bin/busybox sleep 2000' },
      { what: 'container server: volumes', before: null, after: '["/etc:/host-etc:ro"]' },
    ]);
    await expectIdempotent('docker_container', changed, on);
    expect(await id()).not.toBe(before);
    expect(await host.must('docker ps -a --format {{.Names}}')).toBe('server\n');
  });

  it('replaces it when a file that it mounts changes', async () => {
    await host.must('echo one > /etc/server.conf');
    const mounting = server({ mounted_files: ['/etc/server.conf'], volumes: ['/etc/server.conf:/etc/server.conf:ro'] });
    await expectIdempotent('docker_container', mounting, on);
    const before = await id();
    await host.must('echo two > /etc/server.conf');
    expect((await planModule('docker_container', mounting, on)).changes.map(({ what }) => what)).toEqual([
      'container server: file /etc/server.conf',
    ]);
    await expectIdempotent('docker_container', mounting, on);
    expect(await id()).not.toBe(before);
  });

  it('brings the old one back when the new one does not become ready, and tells its log', async () => {
    await expectIdempotent('docker_container', server(), on);
    const before = await id();
    const broken = server({
      command: ['/bin/busybox', 'sh', '-c', 'echo no such setting >&2; exit 3'],
      ready_command: 'false',
      ready_timeout: 5,
    });
    const { failed, result } = await runModule('docker_container', broken, on);
    expect(failed).toBe(true);
    expect(String(result.get('msg'))).toMatch(
      /^server ended with exit code 3; the container that was there before runs again\nIt logged:\nno such setting$/,
    );
    expect(await id()).toBe(before);
    const slow = server({
      command: ['/bin/busybox', 'sleep', '3000'],
      ready_command: 'echo not yet; false',
      ready_timeout: 1,
    });
    expect(String((await runModule('docker_container', slow, on)).result.get('msg'))).toMatch(
      /^server was not ready after 1 s: not yet; the container that was/,
    );
    expect(await id()).toBe(before);
    expect(await host.must('docker ps -a --format {{.Names}}')).toBe('server\n');
  });

  it('finishes a replacement that was cut off at any step', async () => {
    await expectIdempotent('docker_container', server(), on);
    const next = server({ command: ['/bin/busybox', 'sleep', '4000'], ready_command: 'true' });
    const cuts = [
      'docker create --name server.next k8s-bm/sample:1 true',
      'docker update --restart no server; docker stop -t 1 server',
      'docker update --restart no server; docker stop -t 1 server; docker rename server server.previous',
      'docker update --restart no server; docker stop -t 1 server; docker rename server server.previous; docker create --name server k8s-bm/sample:1 /bin/busybox sleep 9',
    ];
    for (const cut of cuts) {
      await expectIdempotent('docker_container', server(), on);
      await host.must(cut);
      await expectIdempotent('docker_container', next, on);
      expect(await host.must("docker ps -a --format '{{.Names}} {{.Command}}' --no-trunc")).toBe(
        'server "/bin/busybox sleep 4000"\n',
      );
      expect(await id()).toMatch(/ always running\n$/);
    }
  });

  it('takes over a container that something else made, comparing what can be seen', async () => {
    await host.must(
      'docker rm -f server; docker run -d --name server --network host --restart always --stop-timeout 1 -e "GREETING=it\'s \\$HOME" k8s-bm/sample:1 /bin/busybox sleep 1000',
    );
    expect((await planModule('docker_container', server(), on)).outcome).toBe('nothing');
    const plan = await planModule('docker_container', server({ privileged: true }), on);
    expect(plan.changes.map(({ what }) => what)).toEqual(['container server: privileged']);
  });

  it('stops and removes it', async () => {
    await expectIdempotent('docker_container', server({ state: 'stopped' }), on);
    await expectIdempotent('docker_container', { name: 'server', state: 'absent' }, on);
    expect(await host.must('docker ps -aq')).toBe('');
  });

  it('says plainly that an image cannot be had', async () => {
    const { result } = await runModule('docker_container', server({ image: 'registry.invalid/none:1' }), on);
    expect(String(result.get('msg'))).toMatch(/^pulling registry\.invalid\/none:1 failed: /);
  });
});
