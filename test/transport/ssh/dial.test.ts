import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DialLimit } from '../../../src/transport/dial-limit.ts';
import { sh } from '../../../src/transport/shell/quote.ts';
import { expandTokens, parseProxyJump } from '../../../src/transport/ssh/proxy.ts';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import { parseSettings } from '../../../src/transport/ssh/ssh-config.ts';
import type { Target } from '../../../src/transport/transport.ts';
import { decode } from '../../../src/util/bytes.ts';
import { freePort, makeKey, sshd, startSshd, type TestSshd } from './test-sshd.ts';

describe.skipIf(!sshd)('dialling, against a real sshd', () => {
  let server: TestSshd;
  let second: TestSshd;
  const hello = async (target: Target): Promise<string> => {
    const connection = await sshTransport.connect(target);
    try {
      const shell = await connection.shell({ method: 'none' });
      const [reply] = await shell.send([{ text: sh`echo hello` }]);
      return decode(reply?.stdout as Uint8Array);
    } finally {
      await connection.close();
    }
  };
  beforeAll(async () => {
    [server, second] = await Promise.all([startSshd(), startSshd()]);
  });
  afterAll(async () => {
    await server?.stop();
    await second?.stop();
  });

  it.each([
    [
      'a name that does not resolve',
      { address: 'no-such-host.invalid' },
      /the name no-such-host.invalid does not resolve/,
    ],
    ['a key that is not accepted', { privateKeyFile: 'other' }, /was not let in: no key that was offered is accepted/],
    ['a key file that is not there', { privateKeyFile: 'missing' }, /not offered: .*missing: no such file/],
    ['a locked key', { privateKeyFile: 'locked' }, /locked: is locked by a passphrase; load it into ssh-agent/],
    [
      'a password that sshd does not take',
      { privateKeyFile: undefined, password: 'x' },
      /neither a key nor the password is accepted/,
    ],
    [
      'an option that ssh does not know',
      { sshArguments: ['-o', 'NoSuchOption=1'] },
      /ssh does not take its configuration: .*[Nn]o[Ss]uch[Oo]ption/,
    ],
  ])('tells %s', async (_, change, message) => {
    makeKeys(server);
    const file = 'privateKeyFile' in change && change.privateKeyFile;
    const target = server.target({
      ...change,
      ...(file ? { privateKeyFile: join(server.folder, file) } : {}),
      ...('sshArguments' in change ? {} : { sshArguments: noKeys }),
    } as Partial<Target>);
    await expect(hello(target)).rejects.toMatchObject({
      name: 'ConnectionError',
      host: 'testhost',
      message: expect.stringMatching(message),
    });
  });

  it('tells a port where nothing listens, and a host that says nothing', async () => {
    const port = await freePort();
    await expect(hello(server.target({ port }))).rejects.toThrow(`127.0.0.1 port ${port} refuses connections`);
    const mute = await muteServer();
    const { port: mutePort } = mute.address() as AddressInfo;
    await expect(hello(server.target({ port: mutePort, connectTimeoutMs: 400 }))).rejects.toThrow(
      'does not answer within 0 s',
    );
    mute.close();
  });

  it('stops dialling when it is aborted', async () => {
    const mute = await muteServer();
    const { port } = mute.address() as AddressInfo;
    await expect(
      sshTransport.connect(server.target({ port }), { signal: AbortSignal.timeout(100) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
    mute.close();
  });

  it('uses keys of an agent, and with the agent a key that is locked in its file', async () => {
    const agent = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(agent) ?? [];
    const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(agent) ?? [];
    try {
      execFileSync('ssh-add', ['-q', server.keyFile], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
      const sshArguments = ['-o', `IdentityAgent=${socket}`, ...noKeys];
      expect(await hello(server.target({ privateKeyFile: undefined, sshArguments }))).toBe('hello\n');
    } finally {
      process.kill(Number(pid));
    }
  });

  it('goes through a jump host, and checks its key too', async () => {
    const jump = ['-F', writeConfig(server, second)];
    const both = join(server.folder, 'known_both');
    writeFileSync(both, execFileSync('cat', [server.knownHosts, second.knownHosts]));
    expect(await hello(server.target({ sshArguments: jump, knownHostsFile: both }))).toBe('hello\n');
    await expect(hello(server.target({ sshArguments: jump }))).rejects.toThrow(
      `nothing is known of the host key that 127.0.0.1 port ${second.port} shows`,
    );
  });

  it('goes through a ProxyCommand, and says what it said when it fails', async () => {
    const relay = join(server.folder, 'relay.mjs');
    writeFileSync(
      relay,
      "import { connect } from 'node:net';\nconst [port, host] = process.argv.slice(2);\nconst s = connect(Number(port), host);\nprocess.stdin.pipe(s).pipe(process.stdout);\n",
    );
    const command = `ProxyCommand=${process.execPath} ${relay} %p %h`;
    expect(await hello(server.target({ sshArguments: ['-F', '/dev/null', '-o', command] }))).toBe('hello\n');
    await expect(
      hello(server.target({ sshArguments: ['-F', '/dev/null', '-o', 'ProxyCommand=echo no way through >&2; exit 1'] })),
    ).rejects.toThrow('no way through');
  });

  it.each(['csh', 'fish', 'banner'])('starts its shell under a login shell that is or prints %s', async (kind) => {
    const path =
      kind === 'banner'
        ? bannerShell(server)
        : execFileSync('/bin/sh', ['-c', `command -v ${kind} || true`], { encoding: 'utf8' }).trim();
    if (!path) return;
    const forced = await startSshd([`ForceCommand ${path} -c "$SSH_ORIGINAL_COMMAND"`]);
    try {
      expect(await hello(forced.target())).toBe('hello\n');
    } finally {
      await forced.stop();
    }
  });

  it('says what a login shell said that does not start ours', async () => {
    const forced = await startSshd(['ForceCommand echo This account is closed.; exit 1']);
    try {
      await expect(hello(forced.target())).rejects.toMatchObject({
        name: 'ConnectionError',
        message: expect.stringMatching(
          /did not start \/bin\/sh: it ended with code 1 before a shell began; it said: This account is closed\./,
        ),
      });
    } finally {
      await forced.stop();
    }
  });
});

/** A port that takes connections and never says a word. */
const muteServer = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer(() => {}).listen(0, '127.0.0.1', () => resolve(server));
  });

const noKeys = ['-F', '/dev/null', '-o', 'IdentityFile=/nowhere', '-o', 'IdentityAgent=none'];

const makeKeys = ({ folder }: TestSshd): void => {
  for (const name of ['other', 'locked'])
    try {
      makeKey(join(folder, name));
      if (name === 'locked')
        execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', join(folder, name)], {
          stdio: 'ignore',
        });
    } catch {
      // Made by an earlier case: ssh-keygen does not overwrite.
    }
};

const writeConfig = (server: TestSshd, jump: TestSshd): string => {
  const file = join(server.folder, 'config');
  writeFileSync(
    file,
    `Host jumper\n  HostName 127.0.0.1\n  Port ${jump.port}\n  IdentityFile ${jump.keyFile}\nHost 127.0.0.1\n  ProxyJump jumper\n`,
  );
  return file;
};

const bannerShell = ({ folder }: TestSshd): string => {
  const file = join(folder, 'banner');
  writeFileSync(
    file,
    '#!/bin/sh\necho "Welcome! Today is $(date)"; printf "no newline"; echo "last login: never" >&2\nexec /bin/sh "$@"\n',
  );
  chmodSync(file, 0o755);
  return file;
};

describe('jump hosts and proxies', () => {
  it.each([
    ['jump', [{ address: 'jump' }]],
    [
      'me@jump:22,[fd00::1]:2222',
      [
        { address: 'jump', user: 'me', port: 22 },
        { address: 'fd00::1', port: 2222 },
      ],
    ],
    ['ssh://me@jump:2222', [{ address: 'jump', user: 'me', port: 2222 }]],
  ])('reads %s', (text, hops) => {
    expect(parseProxyJump(text)).toEqual(hops);
  });

  it('fills the tokens of a ProxyCommand', () => {
    const settings = parseSettings('hostname 10.0.0.1\nport 2222\nuser me\n', 'web1');
    expect(expandTokens('nc %h %p %r %n %%h', settings, 'web1')).toBe('nc 10.0.0.1 2222 me web1 %h');
  });
});

it('lets only so many dial at once', async () => {
  const limit = new DialLimit(3, 0);
  let [now, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 20 }, () =>
      limit.run(async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
      }),
    ),
  );
  expect(most).toBe(3);
});
