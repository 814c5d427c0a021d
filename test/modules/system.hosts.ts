import { beforeAll, describe, expect, it } from 'vitest';
import { plain } from '../../src/modules/coerce.ts';
import { useLab } from '../lab-hosts.ts';
import { expectIdempotent, type Outcome, planModule, runModule, type Setting } from './harness.ts';
import { onHost, onReadOnlyHost } from './on-host.ts';

/** The modules that need a real system: systemd, apt, accounts, mounts, the kernel. */
const lab = useLab({ hosts: 1 });

let here: Setting;
let readOnly: Setting;
beforeAll(() => {
  here = onHost(lab.host('n1'));
  readOnly = onReadOnlyHost(lab.host('n1'));
});

const fields = (outcome: Outcome): Record<string, unknown> => plain(outcome.result) as Record<string, unknown>;
const must = (script: string): Promise<string> => lab.host('n1').must(script);

describe('services', () => {
  beforeAll(async () => {
    await must(`cat > /etc/systemd/system/kb-test.service <<'X'
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
X`);
  });

  it('enables and starts a unit that was just written, once', async () => {
    const result = await expectIdempotent('systemd', { name: 'kb-test', state: 'started', enabled: true }, here);
    expect(plain(result)).toMatchObject({ changed: true, name: 'kb-test', state: 'started', enabled: true });
    expect(await must('systemctl is-active kb-test; systemctl is-enabled kb-test')).toBe('active\nenabled\n');
    expect(fields(await runModule('service', { name: 'kb-test', state: 'started' }, here))).toMatchObject({
      changed: false,
    });
  });

  it('restarts, with a reload of changed files before it', async () => {
    const before = await must('systemctl show -p MainPID --value kb-test');
    await must("sed -i 's/infinity/1000000/' /etc/systemd/system/kb-test.service");
    const outcome = await runModule('systemd', { name: 'kb-test', state: 'restarted', daemon_reload: true }, here);
    expect(fields(outcome)).toMatchObject({ changed: true, state: 'started' });
    expect(await must('systemctl show -p MainPID --value kb-test')).not.toBe(before);
    expect(await must('systemctl show -p NeedDaemonReload --value kb-test')).toBe('no\n');
  });

  it('stops, disables and masks', async () => {
    await expectIdempotent('systemd', { name: 'kb-test', state: 'stopped', enabled: false }, here);
    // What has no unit file can be masked too.
    await must('rm /etc/systemd/system/kb-test.service; systemctl daemon-reload');
    await expectIdempotent('systemd', { name: 'kb-test', masked: true }, here);
    await expectIdempotent('systemd', { name: 'kb-test', masked: false }, here);
  });

  it('says what systemd says when a unit does not start', async () => {
    await must("printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' > /etc/systemd/system/kb-bad.service");
    const outcome = await runModule('systemd', { name: 'kb-bad', state: 'started', daemon_reload: true }, here);
    expect(String(outcome.result.get('msg'))).toMatch(
      /^Unable to start service kb-bad: Job for kb-bad\.service failed/,
    );
    const missing = await runModule('systemd', { name: 'kb-none', state: 'started' }, here);
    expect(fields(missing).msg).toBe('Could not find the requested service kb-none: host');
  });

  it('tells the services there are', async () => {
    const outcome = await runModule('service_facts', {}, here);
    const services = (fields(outcome).ansible_facts as { services: Record<string, unknown> }).services;
    expect(services['ssh.service']).toEqual({
      name: 'ssh.service',
      source: 'systemd',
      state: 'running',
      status: 'enabled',
    });
  });
});

describe('accounts', () => {
  it('makes a group and a user of it, once, and changes them', async () => {
    await expectIdempotent('group', { name: 'kbg', gid: 4242 }, here);
    const args = { name: 'kbu', groups: 'kbg', comment: "O'Neil $(x)", password: '$6$ab$cd', expires: 1_900_000_000 };
    expect(plain(await expectIdempotent('user', args, here))).toMatchObject({
      changed: true,
      home: '/home/kbu',
      groups: 'kbg',
    });
    await expectIdempotent(
      'user',
      {
        ...args,
        groups: '',
        shell: '/bin/sh',
        home: '/srv/a b',
        move_home: true,
        password_lock: true,
        password_expire_max: 60,
      },
      here,
    );
    expect(await must('getent passwd kbu | cut -d: -f5-7; getent shadow kbu | cut -d: -f2,5,8')).toBe(
      "O'Neil $(x):/srv/a b:/bin/sh\n!$6$ab$cd:60:21990\n",
    );
    await expectIdempotent('user', { name: 'kbu', state: 'absent', remove: true }, here);
    await expectIdempotent('group', { name: 'kbg', state: 'absent' }, here);
    expect((await lab.host('n1').exec('ls -d "/srv/a b"; getent group kbg')).stdout).toBe('');
  });
});

describe('storage', () => {
  it('mounts, remounts and unmounts, and keeps fstab', async () => {
    const args = { path: '/mnt/kb x', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m' };
    await expectIdempotent('mount', { ...args, state: 'mounted' }, here);
    await expectIdempotent('mount', { ...args, opts: 'size=2m', state: 'mounted' }, here);
    expect(await must('grep -c size=2048k /proc/mounts; tail -n 1 /etc/fstab')).toBe(
      '1\ntmpfs /mnt/kb\\040x tmpfs size=2m 0 0\n',
    );
    await expectIdempotent('mount', { path: '/mnt/kb x', state: 'absent' }, here);
    expect((await lab.host('n1').exec('ls /mnt; grep kb /etc/fstab /proc/mounts')).stdout).toBe('');
  });

  it('sets a parameter of the kernel and keeps it', async () => {
    const args = {
      name: 'net.ipv4.tcp_fin_timeout',
      value: 45,
      sysctl_set: true,
      sysctl_file: '/etc/sysctl.d/kb.conf',
    };
    await expectIdempotent('sysctl', args, here);
    expect(await must('sysctl -n net.ipv4.tcp_fin_timeout; cat /etc/sysctl.d/kb.conf')).toBe(
      '45\nnet.ipv4.tcp_fin_timeout=45\n',
    );
    await expectIdempotent('sysctl', { ...args, state: 'absent' }, here);
  });
});

describe('packages', () => {
  /** A repository on the host itself, with two versions of one package. */
  beforeAll(async () => {
    await must(`mkdir -p /srv/repo && cd /srv/repo
for v in 1.0 1.1; do
  mkdir -p kb-$v/DEBIAN kb-$v/usr/share/kb kb-$v/etc; echo $v > kb-$v/usr/share/kb/version; echo conf > kb-$v/etc/kb.conf
  printf 'Package: kb-hello\\nVersion: %s\\nArchitecture: all\\nMaintainer: x <x@x>\\nProvides: kb-virtual\\nDescription: test\\n' $v > kb-$v/DEBIAN/control
  echo /etc/kb.conf > kb-$v/DEBIAN/conffiles; dpkg-deb -b kb-$v kb-hello_$v.deb > /dev/null
  { dpkg-deb -f kb-hello_$v.deb; printf 'Filename: ./kb-hello_%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' $v "$(stat -c %s kb-hello_$v.deb)" "$(sha256sum kb-hello_$v.deb | cut -d' ' -f1)"; } >> Packages
done
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*`);
    await expectIdempotent('apt_repository', { repo: 'deb [trusted=yes] file:/srv/repo ./', filename: 'kb' }, here);
  });

  it('installs a version, tells, upgrades, and removes with its configuration', async () => {
    const checked = await runModule('apt', { name: 'kb-hello' }, { ...here, check: true });
    expect(checked.plan?.changes).toEqual([{ what: 'package kb-hello', before: null, after: '1.1' }]);
    const first = await expectIdempotent('apt', { name: 'kb-hello=1.0*' }, here);
    expect(plain(first)).toMatchObject({ changed: true, cache_updated: false });
    expect(await must('cat /usr/share/kb/version')).toBe('1.0\n');
    expect((await planModule('package', { name: ['kb-hello', 'kb-virtual'] }, here)).outcome).toBe('nothing');
    const facts = fields(await runModule('package_facts', {}, here)).ansible_facts as {
      packages: Record<string, unknown[]>;
    };
    expect(facts.packages['kb-hello']).toMatchObject([
      { name: 'kb-hello', version: '1.0', source: 'apt', arch: 'all' },
    ]);
    await expectIdempotent('package', { name: 'kb-hello', state: 'latest' }, here);
    expect(await must('cat /usr/share/kb/version')).toBe('1.1\n');
    await expectIdempotent('apt', { name: 'kb-hello=1.0', allow_downgrade: true }, here);
    await expectIdempotent('apt', { name: 'kb-*', state: 'absent' }, here);
    expect(await must('ls /etc/kb.conf')).toBe('/etc/kb.conf\n');
    await expectIdempotent('apt', { name: 'kb-hello', state: 'absent', purge: true }, here);
    expect((await lab.host('n1').exec('ls /etc/kb.conf')).stdout).toBe('');
  });

  it('installs package files, of the host and fetched, and no older ones', async () => {
    const file = { deb: '/srv/repo/kb-hello_1.0.deb' };
    expect((await runModule('apt', file, { ...here, check: true })).plan?.changes).toEqual([
      { what: 'package kb-hello', before: null, after: '1.0' },
    ]);
    await expectIdempotent('apt', file, here);
    expect(await must('cat /usr/share/kb/version')).toBe('1.0\n');
    const fetched = { deb: 'file:///srv/repo/kb-hello_1.1.deb' };
    expect(fields(await runModule('apt', fetched, here))).toMatchObject({ changed: true });
    expect(await must('cat /usr/share/kb/version')).toBe('1.1\n');
    expect(fields(await runModule('apt', fetched, here))).toMatchObject({ changed: false });
    expect(fields(await runModule('apt', file, here)).msg).toMatch(
      /^A later version is already installed: kb-hello 1.1/,
    );
    const gone = { deb: 'file:///srv/repo/kb-hello_1.2.deb' };
    expect(fields(await runModule('apt', gone, here)).failed).toBe(true);
    expect(await must('ls /var/cache/apt/archives')).not.toMatch(/k8s-bm/);
    await expectIdempotent('apt', { name: 'kb-hello', state: 'absent', purge: true }, here);
  });

  it('says what cannot be had', async () => {
    expect(fields(await runModule('apt', { name: 'no-such-package' }, here)).msg).toBe(
      "No package matching 'no-such-package' is available",
    );
    expect(fields(await runModule('apt', { name: 'kb-hello=7' }, here)).msg).toBe(
      'no available installation candidate for kb-hello=7',
    );
  });

  it('reads lists when they are old, and says whether', async () => {
    expect(fields(await runModule('apt', { update_cache: true }, here))).toMatchObject({
      changed: true,
      cache_updated: true,
    });
    await must('mkdir -p /var/lib/apt/periodic; touch /var/lib/apt/periodic/update-success-stamp');
    expect(fields(await runModule('apt', { update_cache: true, cache_valid_time: 600 }, here))).toMatchObject({
      changed: false,
      cache_updated: false,
    });
  });

  it('takes back a repository that cannot be read, and adds one', async () => {
    const repo = 'deb http://127.0.0.1:1/debian trixie main';
    const outcome = await runModule('apt_repository', { repo, update_cache_retries: 1 }, here);
    expect(String(outcome.result.get('msg'))).toMatch(/^Failed to update apt cache after 1 retries: /);
    expect((await planModule('apt_repository', { repo, state: 'absent' }, here)).outcome).toBe('nothing');
    await expectIdempotent('apt_repository', { repo, update_cache: false }, here);
    await expectIdempotent('apt_repository', { repo, update_cache: false, state: 'absent' }, here);
  });
});

describe('a look writes nothing', () => {
  it.each([
    ['systemd', { name: 'ssh', state: 'started', enabled: true }],
    ['service', { name: 'ssh', state: 'started' }],
    ['service_facts', {}],
    ['package_facts', {}],
    ['apt', { name: 'kb-hello', state: 'latest' }],
    ['apt', { name: ['kb-hello', 'kb-*'], cache_valid_time: 1 }],
    ['package', { name: 'bash' }],
    ['apt_repository', { repo: 'deb http://x y z' }],
    ['user', { name: 'root', generate_ssh_key: true }],
    ['group', { name: 'kbg' }],
    ['getent', { database: 'passwd' }],
    ['mount', { path: '/', state: 'unmounted' }],
    ['sysctl', { name: 'kernel.panic', value: 1, sysctl_set: true }],
    ['modprobe', { name: 'dummy', persistent: 'present' }],
    ['get_url', { url: 'http://127.0.0.1/x', dest: '/tmp', mode: '0600', owner: 'root' }],
    ['hostname', { name: 'x' }],
    ['timezone', { name: 'Etc/UTC' }],
  ] as const)('%s %j', async (name, args) => {
    const [plan, open] = [await planModule(name, args, readOnly), await planModule(name, args, here)];
    expect(plan.outcome).toBe(open.outcome);
    expect(plan.changes).toEqual(open.changes);
  });
});
