import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../../src/transport/transport.ts';
import { which } from '../shell/local-shells.ts';

/** Whether there is a real sshd to test with; tests that need one are skipped, and say so, where there is none. */
export const sshd = which('sshd');

export interface TestSshd {
  readonly port: number;
  readonly folder: string;
  readonly keyFile: string;
  readonly knownHosts: string;
  readonly process: ChildProcess;
  target(change?: Partial<Target>): Target;
  stop(): Promise<void>;
}

/** A real sshd on a port of its own, for the user who runs the tests, with keys and known_hosts of its own. */
export const startSshd = async (
  options: readonly string[] = [],
  wrap: (command: string[]) => [string, string[]] = ([program, ...rest]) => [program as string, rest],
): Promise<TestSshd> => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-sshd-'));
  const file = (name: string): string => join(folder, name);
  for (const name of ['host', 'user']) makeKey(file(name));
  writeFileSync(file('authorized_keys'), readFileSync(file('user.pub')));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const port = await freePort();
  writeFileSync(
    file('sshd_config'),
    [
      ...options,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      `PidFile ${file('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  );
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(file('host.pub'), 'utf8')}`);
  const process = spawn(...wrap([sshd as string, '-D', '-e', '-f', file('sshd_config')]), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  process.stderr?.on('data', (bytes) => {
    log += bytes;
  });
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || process.exitCode !== null) throw new Error(`sshd does not start: ${log}`);
    await sleep(50);
  }
  return {
    port,
    folder,
    keyFile: file('user'),
    knownHosts: file('known_hosts'),
    process,
    target: (change = {}) => ({
      name: 'testhost',
      transport: 'ssh',
      address: '127.0.0.1',
      port,
      user: userInfo().username,
      privateKeyFile: file('user'),
      hostKeyChecking: 'yes',
      knownHostsFile: file('known_hosts'),
      sshArguments: ['-F', '/dev/null'],
      connectTimeoutMs: 10_000,
      ...change,
    }),
    stop: async () => {
      const gone = new Promise((resolve) => process.once('exit', resolve));
      process.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const makeKey = (path: string, type = 'ed25519'): void => {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', path]);
};

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
