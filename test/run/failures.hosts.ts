import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket, connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { type Ended, startProgram, until } from './program.ts';

/**
 * What breaks while a playbook runs on real hosts. Always the same must hold: the error names the host, the file and the
 * line (`failures/*.txt` has them as a user reads them); files are as they were or whole and new; nothing of ours is left
 * running on a host or lying there; the other hosts go on; and the next run completes.
 */
const lab = useLab({ hosts: 3 });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-broken-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const play = (playbook: string, flags: readonly string[] = [], terminal?: number) => {
  writeFileSync(join(folder, 'site.yml'), playbook);
  const args = ['play', 'site.yml', '-i', lab.inventory, ...flags];
  return startProgram(args, terminal ? { cwd: folder, terminal } : { cwd: folder });
};

/** What a user reads, without what differs from run to run: hosts answer in any order. */
const text = ({ out }: Ended): string =>
  inOrder(
    out
      .replaceAll(`${folder}/`, '')
      .replaceAll(lab.hosts[0]?.address.replace(/\.\d+$/, '') ?? '', 'NETWORK')
      .replaceAll(/\.k8s-bm\.[A-Za-z0-9]{6}/g, '.k8s-bm.RANDOM')
      .replaceAll(/k8s-bm\.[0-9a-f]{16}/g, 'k8s-bm.RANDOM')
      .replaceAll(/the connection was (closed by the other side|reset)/g, 'the connection was CLOSED')
      .replaceAll(/ {2}(Killed|Terminated)\n/g, '')
      .replaceAll(/\d+ messages?, [\d.]+ (ms|s|min \d+ s)$/gm, 'MESSAGES, TIME'),
  );

/** Sorts by host what stands under one heading; a host's own lines are indented. */
const inOrder = (out: string): string =>
  out
    .split('\n\n')
    .map((part) => {
      const lines = part.split(/\n(?! )/);
      const isResult = (line: string): boolean => /^[a-z]+: \[/.test(line);
      const host = (line: string): string => /\[(\w+)\]/.exec(line)?.[1] ?? '';
      const results = lines.filter(isResult).sort((a, b) => host(a).localeCompare(host(b)));
      return [...lines.filter((line) => !isResult(line)), ...results].join('\n');
    })
    .join('\n\n');

/** Processes and scratch folders of ours on a host; `marker` is a word of a command that a task ran. */
const leftOn = async (host: TestHost, marker: string): Promise<string> => {
  const { stdout } = await host.exec(
    `ls -d /dev/shm/k8s-bm.* /run/k8s-bm.* /run/user/*/k8s-bm.* 2>/dev/null
for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <"$f" 2>/dev/null | grep -E '${marker}|[/]worker' | grep -v 'grep -E'; done; :`,
  );
  return stdout;
};

const nothingLeft = (host: TestHost, marker: string, seconds = 20): Promise<void> =>
  until(`nothing left on ${host.name}`, async () => (await leftOn(host, marker)) === '', seconds);

describe('a long command', () => {
  const playbook = `- hosts: all
  gather_facts: false
  tasks:
    - name: Say who works
      copy: {dest: /etc/worker, content: "{{ inventory_hostname }}\\n", mode: '0640'}
    - name: Work for a while
      shell: echo begun >/run/begun; sleep {{ seconds }}; rm /run/begun
      when: inventory_hostname in slow
    - name: Go on
      command: cat /etc/worker
`;
  const begun = (host: TestHost) => async () => (await host.exec('test -e /run/begun')).code === 0;
  const extra = (slow: readonly string[], seconds: number) => [
    '-e',
    JSON.stringify({ slow, seconds: String(seconds) }),
  ];

  it('is ended with the connection, cut or powered off; other hosts go on', async () => {
    const [n1, n2, n3] = lab.hosts as [TestHost, TestHost, TestHost];
    const running = play(playbook, extra(['n2', 'n3'], 4321));
    await until('n2 and n3 work', async () => (await begun(n2)()) && (await begun(n3)()));
    await Promise.all([n2.cut(), n3.kill()]);
    const ended = await running.ended;
    expect(ended.code).toBe(4);
    await expect(text(ended)).toMatchFileSnapshot('failures/cut-and-powered-off.txt');
    expect(await leftOn(n1, 'sleep 4321')).toBe('');
    await Promise.all([n2.uncut(), n3.start()]);
    await nothingLeft(n2, 'sleep 4321', 60);
    await nothingLeft(n3, 'sleep 4321');
    const again = await play(playbook, extra(['n2', 'n3'], 0)).ended;
    expect(again.code).toBe(0);
    for (const host of [n1, n2, n3]) expect(await host.must('cat /etc/worker')).toBe(`${host.name}\n`);
  });

  it('is ended by Ctrl-C, and nothing behind it runs', async () => {
    const [n1, n2] = lab.hosts as [TestHost, TestHost];
    await n1.must('rm -f /etc/worker');
    const running = play(playbook, extra(['n1', 'n2'], 4321));
    await until('n1 and n2 work', async () => (await begun(n1)()) && (await begun(n2)()));
    running.signal('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    await expect(text(ended)).toMatchFileSnapshot('failures/interrupted.txt');
    for (const host of lab.hosts) await nothingLeft(host, 'sleep 4321', 5);
    expect(await n1.must('cat /etc/worker; stat -c %a /etc/worker')).toBe('n1\n640\n');
    expect((await play(playbook, extra(['n1', 'n2'], 0)).ended).code).toBe(0);
  });

  it('that never ends is ended by its timeout, whatever it ignores', async () => {
    const endless = `- hosts: all
  gather_facts: false
  tasks:
    - name: Never end
      shell: |
        trap '' TERM HUP INT
        sleep 4321 &
        sleep 4321; sleep 4321
      timeout: 1
      when: inventory_hostname == 'n2'
    - name: Go on
      command: hostname
`;
    const ended = await play(endless).ended;
    expect(ended.code).toBe(2);
    await expect(text(ended)).toMatchFileSnapshot('failures/never-ends.txt');
    for (const host of lab.hosts) await nothingLeft(host, 'sleep 4321', 5);
  });
});

describe('a file that is being written', () => {
  const size = 40_000_000;
  const playbook = `- hosts: n1
  gather_facts: false
  tasks:
    - name: Install the program
      copy: {src: big, dest: /srv/program, mode: '0755'}
`;

  it('stays as it was when the connection is cut in its middle', async () => {
    const n1 = lab.host('n1');
    writeFileSync(join(folder, 'big'), Buffer.alloc(size, 'new program\n'));
    await n1.must('echo old >/srv/program; chmod 0711 /srv/program');
    const proxy = await cuttingAfter(n1.address, size / 2);
    const ended = await play(playbook, [
      ...['-e', 'ansible_host=127.0.0.1', '-e', `ansible_port=${proxy.port}`],
      ...['-e', 'ansible_host_key_checking=false'],
    ]).ended;
    proxy.close();
    expect(ended.code).toBe(4);
    await expect(text(ended)).toMatchFileSnapshot('failures/cut-while-writing.txt');
    expect(await n1.must('cat /srv/program; stat -c %a /srv/program; ls -A /srv')).toBe('old\n711\nprogram\n');
    await nothingLeft(n1, '/srv/program');
    expect((await play(playbook).ended).code).toBe(0);
    expect(await n1.must('stat -c "%s %a" /srv/program; ls -A /srv')).toBe(`${size} 755\nprogram\n`);
    await n1.must('rm /srv/program');
  });
});

/** A TCP proxy before a host's sshd that resets the connection once so many bytes went there. */
const cuttingAfter = (address: string, bytes: number) =>
  new Promise<{ readonly port: number; close(): void }>((resolve) => {
    const server = createServer((client) => {
      const host: Socket = tcpConnect(22, address);
      let sent = 0;
      client.on('data', (chunk) => {
        sent += chunk.length;
        if (sent > bytes) for (const socket of [client, host]) socket.resetAndDestroy();
        else host.write(chunk);
      });
      host.on('data', (chunk) => client.write(chunk));
      for (const socket of [client, host]) socket.on('error', () => {});
      client.on('close', () => host.destroy());
      host.on('close', () => client.destroy());
    }).listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as { port: number }).port, close: () => void server.close() }),
    );
  });

describe('a disk', () => {
  /** The ways in which modules write, in a folder where none of them can. */
  const playbook = `- hosts: all
  gather_facts: false
  ignore_errors: true
  tasks:
    - name: Write over an old file
      copy: {dest: "{{ folder }}/old", content: "{{ 'x' * 200000 }}", backup: true}
    - name: Write from a template
      template: {src: big.j2, dest: "{{ folder }}/templated"}
    - name: Change a line
      lineinfile: {path: "{{ folder }}/lines", regexp: ^a=, line: "a={{ 'x' * 200000 }}"}
    - name: Add a block
      blockinfile: {path: "{{ folder }}/lines", block: "{{ 'x' * 200000 }}"}
    - name: Replace words
      replace: {path: "{{ folder }}/lines", regexp: b, replace: "{{ 'x' * 200000 }}"}
    - name: Set an option
      ini_file: {path: "{{ folder }}/lines", section: s, option: o, value: "{{ 'x' * 200000 }}"}
    - name: Copy what is on the host
      copy: {src: /usr/bin/dash, dest: "{{ folder }}/dash", remote_src: true}
    - name: Copy a folder
      copy: {src: tree, dest: "{{ folder }}/"}
    - name: Unpack an archive
      unarchive: {src: big.tar, dest: "{{ folder }}"}
      tags: tar
    - name: Make a folder
      file: {path: "{{ folder }}/made/deep", state: directory}
    - name: Make a link
      file: {path: "{{ folder }}/link", src: old, state: link}
    - name: Change a mode
      file: {path: "{{ folder }}/old", mode: '0600'}
    - name: Remove a file
      file: {path: "{{ folder }}/lines", state: absent}
`;
  const files = (folder: string) =>
    `cd ${folder} && find . -mindepth 1 -printf '%P %y %m %s\\n' | LC_ALL=C sort; [ ! -e lines ] || cat lines; cat old`;
  const fill = (folder: string, options: string) =>
    `mkdir -p ${folder} && mount -t tmpfs -o mode=755,${options} none ${folder} && cd ${folder}
printf 'old\\n' >old; chmod 0711 old; printf 'a=1\\nb=2\\n' >lines; chmod 0604 lines`;
  beforeAll(() => {
    writeFileSync(join(folder, 'big.j2'), "{{ 'y' * 300000 }}");
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'tree/big'), Buffer.alloc(300_000, 'z'));
    execFileSync('tar', ['-cf', join(folder, 'big.tar'), '-C', join(folder, 'tree'), 'big']);
  });

  it('that is full keeps old files whole, and the error says that it is full', async () => {
    const n2 = lab.host('n2');
    await n2.must(fill('/srv/full', 'size=64k'));
    const ended = await play(playbook, ['-l', 'n2', '-e', 'folder=/srv/full', '--skip-tags', 'tar']).ended;
    await expect(text(ended)).toMatchFileSnapshot('failures/full-disk.txt');
    await expect(await n2.must(files('/srv/full'))).toMatchFileSnapshot('failures/full-disk-files.txt');
    await nothingLeft(n2, 'srv/full', 5);
    await n2.must('mount -o remount,size=4m /srv/full && cp /srv/full/old /srv/full/lines');
    const again = await play(playbook, ['-l', 'n2', '-e', 'folder=/srv/full']).ended;
    expect(again.out).toMatch(/n2 : ok=13 .* failed=0 .* ignored=0/);
    await n2.must('umount /srv/full');
  });

  it('that is read-only keeps everything as it is, and the error says that it is read-only', async () => {
    const n3 = lab.host('n3');
    await n3.must(`${fill('/srv/ro', 'size=4m')}; mount -o remount,ro /srv/ro`);
    const before = await n3.must(files('/srv/ro'));
    const ended = await play(playbook, ['-l', 'n3', '-e', 'folder=/srv/ro']).ended;
    await expect(text(ended)).toMatchFileSnapshot('failures/read-only-disk.txt');
    expect(await n3.must(files('/srv/ro'))).toBe(before);
    await nothingLeft(n3, 'srv/ro', 5);
    await n3.must('umount /srv/ro');
  });

  it('without room for scratch files is told by name, unless there is another', async () => {
    const n2 = lab.host('n2');
    const task = `- hosts: n2
  gather_facts: false
  tasks:
    - name: Write a file
      copy: {dest: /srv/scratch/written, content: "{{ 'x' * 200000 }}"}
`;
    await n2.must(
      'mkdir -p /srv/scratch; mount -t tmpfs -o size=4k,mode=1777 none /dev/shm; ! dd if=/dev/zero of=/dev/shm/full 2>/dev/null',
    );
    expect((await play(task).ended).code).toBe(0);
    await n2.must('rm /dev/shm/full /srv/scratch/written; mount -o remount,size=32k /dev/shm');
    const ended = await play(task).ended;
    await expect(text(ended)).toMatchFileSnapshot('failures/no-room-for-scratch.txt');
    expect(ended.code).toBe(2);
    expect(await n2.must('ls -A /srv/scratch')).toBe('');
    await nothingLeft(n2, 'srv/scratch', 5);
    await n2.must('umount /dev/shm');
  });
});

describe('sudo that asks for a password', () => {
  const password = `p4ss 'w"örd$`;
  const playbook = `- hosts: n1
  gather_facts: false
  become: true
  tasks:
    - name: Become root
      command: id -un
`;
  beforeAll(async () => {
    const n1 = lab.host('n1');
    await n1.must(`useradd -m -s /bin/sh -G sudo admin; useradd -m -s /bin/sh poor
for user in admin poor; do
  install -d -m 700 -o $user -g $user /home/$user/.ssh
  install -m 600 -o $user -g $user /root/.ssh/authorized_keys /home/$user/.ssh/authorized_keys
done`);
    const { code, stderr } = await n1.exec('chpasswd', Buffer.from(`admin:${password}\npoor:${password}\n`));
    if (code !== 0) throw new Error(stderr);
  });

  it.each([
    ['without -K', 'sudo-no-password', [], 'admin'],
    ['with a wrong one', 'sudo-wrong-password', ['-e', '{ansible_become_password: wrong}'], 'admin'],
    [
      'of a user who may not',
      'sudo-not-allowed',
      ['-e', `{ansible_become_password: ${JSON.stringify(password)}}`],
      'poor',
    ],
  ] as const)('is told so, %s', async (_, golden, flags, user) => {
    const ended = await play(playbook, ['-e', `ansible_user=${user}`, ...flags]).ended;
    expect(ended.code).toBe(2);
    await expect(text(ended)).toMatchFileSnapshot(`failures/${golden}.txt`);
    await nothingLeft(lab.host('n1'), 'sudo', 5);
  });

  it('lets in whoever gives it with -K, and shows it nowhere', async () => {
    const running = play(playbook, ['-e', 'ansible_user=admin', '-K', '-vvv', '--plain'], 100);
    await until('it asks', () => running.printed().includes('become password: '));
    running.type(`${password}\r`);
    const { code, out } = await running.ended;
    expect(out).toContain('"stdout": "root"');
    expect(code).toBe(0);
    expect(out).not.toContain(password);
  });

  it('is told so when what is given with -K is wrong', async () => {
    const running = play(playbook, ['-e', 'ansible_user=admin', '-K', '--plain'], 100);
    await until('it asks', () => running.printed().includes('become password: '));
    running.type('wrong\r');
    const { code, out } = await running.ended;
    expect(out).toContain('sudo refused the password');
    expect(code).toBe(2);
  });
});
