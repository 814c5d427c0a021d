import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sh } from '../../../src/transport/shell/quote.ts';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import type { Connection, Identity } from '../../../src/transport/transport.ts';
import { decode } from '../../../src/util/bytes.ts';
import { which } from '../shell/local-shells.ts';
import { startSshd, type TestSshd } from '../ssh/test-sshd.ts';

/**
 * Real sudo, su and doas behind a real sshd that sees an /etc of its own, with users that this machine does not have:
 * `admin` may become anyone with its password, `free` without, `poor` may not.
 */
let server: TestSshd;
const connections: Connection[] = [];
const folders: string[] = [];
const password = 'p4ss \'w"örd$';
const users = { admin: 7001, free: 7002, poor: 7003, other: 7004 };

beforeAll(async () => {
  const etc = join(folderFor('etc'), 'etc');
  cpSync('/etc', etc, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/\/(ssl|alternatives)\//.test(path),
  });
  const homes = folderFor('homes');
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  const add = (file: string, line: (user: string, id: number) => string): void => {
    const old = readFileSync(join(etc, file), 'utf8').replace(/^root:.*\n/m, (root) =>
      file === 'shadow' ? root.replace(/^root:[^:]*/, `root:${hash}`) : root,
    );
    writeFileSync(
      join(etc, file),
      `${old}${Object.entries(users)
        .map(([user, id]) => `${line(user, id)}\n`)
        .join('')}`,
    );
  };
  execFileSync('chmod', ['755', homes]);
  for (const [user, id] of Object.entries(users)) {
    mkdirSync(join(homes, user));
    execFileSync('chown', [`${id}:${id}`, join(homes, user)]);
  }
  add('passwd', (user, id) => `${user}:x:${id}:${id}::${homes}/${user}:${user === 'other' ? '/bin/bash' : '/bin/sh'}`);
  add('group', (user, id) => `${user}:x:${id}:`);
  add('shadow', (user) => `${user}:${hash}:19000:0:99999:7:::`);
  writeFileSync(
    join(etc, 'sudoers'),
    'root ALL=(ALL) ALL\nadmin ALL=(ALL) ALL\nfree ALL=(ALL) NOPASSWD: ALL\nDefaults !lecture\n',
  );
  execFileSync('chmod', ['440', join(etc, 'sudoers')]);
  writeFileSync(join(etc, 'doas.conf'), 'permit admin\npermit nopass free\n');
  server = await startSshd([], (command) => [
    'unshare',
    ['-m', 'sh', '-c', `mount --make-rprivate / && mount --bind ${etc} /etc && exec ${command.join(' ')}`],
  ]);
  execFileSync('chmod', ['755', server.folder]);
});
afterAll(async () => {
  await Promise.all(connections.map((each) => each.close()));
  await server?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const folderFor = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `k8s-bm-${name}-`));
  folders.push(folder);
  return folder;
};

const become = async (login: string, identity: Identity): Promise<string> => {
  const connection = await sshTransport.connect(server.target({ user: login }));
  connections.push(connection);
  const shell = await connection.shell(identity);
  const [who, late, both] = await shell.send([
    { text: sh`id -un; printf '%s' "$HOME" >/dev/null; cat`, stdin: Buffer.from('in') },
    { text: sh`sleep 60`, timeoutMs: 100 },
    { text: sh`echo out; echo err >&2; exit 5`, ownSession: true },
  ]);
  expect(late?.timedOut).toBe(true);
  expect([both?.code, decode(both?.stdout as Uint8Array), decode(both?.stderr as Uint8Array)]).toEqual([
    5,
    'out\n',
    'err\n',
  ]);
  return decode(who?.stdout as Uint8Array);
};

describe.each(['sudo', 'su', 'doas'] as const)('%s', (method) => {
  const program = which(method);
  const skip = !program;

  it.skipIf(skip)('becomes root with the password', async () => {
    expect(await become('admin', { method, password })).toBe('root\nin');
  });

  it.skipIf(skip)('becomes another user, who has his own scratch folder', async () => {
    expect(await become('admin', { method, user: 'other', password })).toBe('other\nin');
  });

  it.skipIf(skip || method === 'su')('needs no password where none is asked', async () => {
    expect(await become('free', { method })).toBe('root\nin');
    expect(await become('free', { method, password: 'not asked for' })).toBe('root\nin');
  });

  it.skipIf(skip)('says that the password is wrong', async () => {
    await expect(become('admin', { method, password: 'wrong' })).rejects.toMatchObject({
      name: 'BecomeError',
      host: 'testhost',
      message: expect.stringContaining(`${method} refused the password`),
      hint: expect.stringContaining('-K'),
    });
  });

  it.skipIf(skip)('says that a password is wanted', async () => {
    await expect(become('admin', { method })).rejects.toMatchObject({
      name: 'BecomeError',
      message: expect.stringMatching(/wants (a|the) password .*none was given/),
      hint: expect.stringContaining('-K'),
    });
  });

  it.skipIf(skip || method === 'su')('says that the user may not', async () => {
    await expect(become('poor', { method, password })).rejects.toMatchObject({
      name: 'BecomeError',
      message: expect.stringContaining(`the login user may not become root by ${method}`),
    });
  });

  it.skipIf(skip)('says that there is no such user', async () => {
    await expect(become('admin', { method, user: 'nobody-there', password })).rejects.toMatchObject({
      name: 'BecomeError',
      message: expect.stringContaining('there is no user nobody-there'),
    });
  });

  it.skipIf(skip)('says that there is no such program', async () => {
    await expect(become('admin', { method, exe: '/nowhere/become', password })).rejects.toMatchObject({
      name: 'BecomeError',
      message: expect.stringContaining(`there is no ${method} on the host`),
    });
  });
});
