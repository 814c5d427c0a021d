import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { becomeMethods } from '../../../src/transport/become/become.ts';
import { sh } from '../../../src/transport/shell/quote.ts';
import type { Connection, Identity } from '../../../src/transport/transport.ts';
import { decode } from '../../../src/util/bytes.ts';
import { connectLocally } from '../shell/local-shells.ts';

/** Programs that ask and refuse as sudo does, for those who run the tests without its rights; real ones: become.hosts.ts. */
const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-become-'));
const program = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};
const run = 'while [ "$1" != /bin/sh ]; do shift; done; exec "$@"';
const asking = program(
  'asking',
  `for n in 1 2 3; do
  while [ "$1" != -p ]; do shift; done
  printf %s "$2" >&2
  read -r answer
  [ "$answer" = right ] && break
  echo 'Sorry, try again.' >&2
  [ $n = 3 ] && exit 1
done
${run}`,
);
const willing = program('willing', run);
const connections: Connection[] = [];
afterAll(() => Promise.all(connections.map((each) => each.close())));

const become = async (identity: Identity): Promise<string> => {
  const connection = await connectLocally();
  connections.push(connection);
  const shell = await connection.shell(identity);
  const [reply] = await shell.send([{ text: sh`cat`, stdin: Buffer.from('in') }]);
  return decode(reply?.stdout as Uint8Array);
};

describe('a password', () => {
  it('is given when it is asked for, and only then', async () => {
    expect(await become({ method: 'sudo', exe: asking, password: 'right' })).toBe('in');
    expect(await become({ method: 'sudo', exe: willing, password: 'right' })).toBe('in');
  });

  it('that is wrong is not tried twice', async () => {
    await expect(become({ method: 'sudo', exe: asking, password: 'wrong' })).rejects.toMatchObject({
      name: 'BecomeError',
      host: 'here',
      message: 'sudo refused the password',
      hint: expect.stringContaining('-K'),
    });
  });
});

it('takes -n out of the flags where there is a password to give', () => {
  const command = (flags: string | undefined, password: string | undefined): string =>
    becomeMethods.sudo.command({ method: 'sudo', flags, password, user: "o'x" }, 'CMD', 'P');
  expect(command(undefined, undefined)).toBe(`sudo -H -S -n -u 'o'\\''x' CMD`);
  expect(command(undefined, 'secret')).toBe(`sudo -H -S -p P -u 'o'\\''x' CMD`);
  expect(command('-En "--login-class=a b"', 'secret')).toBe(`sudo -E '--login-class=a b' -S -p P -u 'o'\\''x' CMD`);
});

describe('refusals', () => {
  it.each([
    ['sudo', 'sudo: a password is required', 'sudo wants a password to become root, and none was given'],
    ['sudo', 'joe is not in the sudoers file.', 'the login user may not become root by sudo'],
    ['sudo', 'Sorry, user joe is not allowed to execute sh as root', 'the login user may not become root by sudo'],
    ['sudo', 'sudo: sorry, you must have a tty to run sudo', 'sudo insists on a terminal'],
    ['sudo', 'sh: 1: exec: sudo: not found', 'there is no sudo on the host'],
    ['su', 'su: user x does not exist', 'there is no user root on the host'],
    ['su', 'su: must be run from a terminal', 'su insists on a terminal'],
    ['doas', 'doas: Operation not permitted', 'the login user may not become root by doas'],
    ['doas', 'doas: Authentication required', 'doas wants a password to become root, and none was given'],
    ['doas', 'what?', 'doas did not start a shell'],
  ] as const)('%s: %s', (method, output, message) => {
    expect(becomeMethods[method].explain(output, { method }).message).toBe(message);
  });
});

it('has one shell for each identity, at most eight at once: the one that was used longest ago goes', async () => {
  const connection = await connectLocally();
  connections.push(connection);
  const identity = (n: number): Identity => ({ method: 'sudo', exe: willing, user: `u${n}` });
  const first = await connection.shell(identity(0));
  expect(await connection.shell(identity(0))).toBe(first);
  const second = await connection.shell(identity(1));
  for (let n = 2; n < 8; n++) await connection.shell(identity(n));
  await connection.shell(identity(0));
  await connection.shell(identity(8));
  await expect(second.send([{ text: sh`true` }])).rejects.toMatchObject({ name: 'ConnectionLost' });
  expect((await first.send([{ text: sh`exit 3` }]))[0]?.code).toBe(3);
});
