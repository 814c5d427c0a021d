import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, ChannelEnd, OpenChannel } from '../channel.ts';
import { DialLimit } from '../dial-limit.ts';
import { ShellConnection } from '../shell-connection.ts';
import { streamChannel } from '../stream-channel.ts';
import { ConnectionError, ConnectionLost, type Target, type Transport } from '../transport.ts';

const limit = new DialLimit(8, 60);

/**
 * `connection: openssh`: the system's ssh does the talking, over one master connection: for certificates, FIDO keys,
 * GSSAPI and whatever else ssh_config can say. The master ends by itself a minute after its last channel.
 */
export const opensshTransport: Transport = {
  async connect(target: Target, options = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-'));
    try {
      const master = new Master(target, folder);
      await limit.run(() => master.dial(options.signal), options.signal);
      const endpoint = `ssh:${target.user ?? ''}@${target.address}:${target.port ?? ''}`;
      const connection = new ShellConnection(target, endpoint, master.open, () => master.hangUp());
      connection.traffic.dials++;
      return connection;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

class Master {
  readonly #target: Target;
  readonly #folder: string;
  readonly #words: readonly string[];
  #environment: Record<string, string> = {};

  constructor(target: Target, folder: string) {
    this.#target = target;
    this.#folder = folder;
    this.#words = ['-S', join(folder, 'c'), ...sshWords(target)];
  }

  async dial(signal: AbortSignal | undefined): Promise<void> {
    const { name, address, password, connectTimeoutMs } = this.#target;
    if (password !== undefined) await this.#answerWith(password);
    const { execa } = await import('execa');
    const log = join(this.#folder, 'log');
    // The master goes to the background and keeps what it has open: its messages go to a file, or we would wait for it.
    const result = await execa(
      'ssh',
      ['-M', '-o', 'ControlPersist=60', '-E', log, ...this.#words, '--', address, 'exit 0'],
      {
        stdio: 'ignore',
        reject: false,
        env: this.#environment,
        ...(signal ? { cancelSignal: signal } : {}),
        timeout: connectTimeoutMs * 3,
      },
    );
    await rm(join(this.#folder, 'askpass'), { force: true });
    signal?.throwIfAborted();
    if (result.code === 'ENOENT')
      throw new ConnectionError(
        name,
        'there is no ssh program on this machine',
        "install OpenSSH's client, or use 'ansible_connection: ssh'",
      );
    if (result.exitCode !== 255 && result.exitCode !== undefined) return;
    const said = (await readFile(log, 'utf8').catch(() => '')).trim();
    throw new ConnectionError(
      name,
      said.split('\n').at(-1)?.trim() || `${address} does not answer`,
      hintFor(said, address),
    );
  }

  readonly open: OpenChannel = async (command, { terminal }) => {
    const { execa } = await import('execa');
    const { name, address } = this.#target;
    // Without its master, ssh would dial anew and say nothing: a lost connection would pass for one that is up.
    const check = await execa('ssh', [...this.#words, '-O', 'check', '--', address], {
      stdio: 'ignore',
      reject: false,
    });
    if (check.exitCode !== 0) throw new ConnectionLost(name, 'the connection was lost');
    const child = execa(
      'ssh',
      ['-o', 'ControlMaster=no', ...this.#words, terminal ? '-tt' : '-T', '--', address, command],
      {
        stdio: 'pipe',
        buffer: false,
        encoding: 'buffer',
        reject: false,
        detached: true,
      },
    );
    return asChannel(child);
  };

  async hangUp(): Promise<void> {
    const { execa } = await import('execa');
    await execa('ssh', [...this.#words, '-O', 'exit', '--', this.#target.address], {
      stdio: 'ignore',
      reject: false,
      timeout: 5000,
    });
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** ssh asks a program for the password: ours reads it from a file that only we can read and that is gone after login. */
  async #answerWith(password: string): Promise<void> {
    const askpass = join(this.#folder, 'askpass');
    await writeFile(join(this.#folder, 'p'), `${password}\n`, { mode: 0o600 });
    await writeFile(askpass, `#!/bin/sh\ncat '${join(this.#folder, 'p')}'\nrm -f '${join(this.#folder, 'p')}'\n`, {
      mode: 0o700,
    });
    this.#environment = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: process.env.DISPLAY ?? ':0' };
  }
}

/** ssh takes the first value that it is given for an option: ours that must hold stand before the user's. */
const sshWords = (target: Target): string[] => [
  ...(target.password === undefined ? ['-o', 'BatchMode=yes'] : ['-o', 'NumberOfPasswordPrompts=1']),
  ...(target.hostKeyChecking === 'yes' ? [] : ['-o', `StrictHostKeyChecking=${target.hostKeyChecking}`]),
  ...(target.knownHostsFile ? ['-o', `UserKnownHostsFile=${target.knownHostsFile}`] : []),
  ...(target.privateKeyFile ? ['-i', target.privateKeyFile] : []),
  ...(target.port ? ['-p', String(target.port)] : []),
  ...(target.user ? ['-l', target.user] : []),
  '-o',
  `ConnectTimeout=${Math.ceil(target.connectTimeoutMs / 1000)}`,
  '-o',
  'ServerAliveInterval=15',
  '-o',
  'ServerAliveCountMax=3',
  ...(target.sshArguments ?? []),
];

interface SshProcess {
  readonly stdin: import('node:stream').Writable;
  readonly stdout: import('node:stream').Readable;
  readonly stderr: import('node:stream').Readable;
  on(event: 'exit', listener: (code: number | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  kill(): boolean;
}

const asChannel = (child: SshProcess): Channel => {
  const closed = new Promise<ChannelEnd>((resolve) => {
    child.on('error', (error) => resolve({ code: null, reason: error.message }));
    // 255 is ssh's own: nothing that we start on the far side ends with it.
    child.on('exit', (code) =>
      resolve(code === 255 || code === null ? { code: null, reason: 'the connection was lost' } : { code }),
    );
  });
  const { stdin, stdout, stderr } = child;
  return streamChannel({ stdin, stdout, stderr, closed, destroy: () => void child.kill() });
};

const hintFor = (said: string, address: string): string | undefined => {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return `someone may be between you and the host; if it was set up anew: ssh-keygen -R ${address}`;
  if (/Host key verification failed/.test(said))
    return `log in once by hand (ssh ${address}) and compare the fingerprint`;
  if (/Permission denied/.test(said))
    return 'set ansible_user and ansible_ssh_private_key_file, or give a password with -k';
  if (/Could not resolve hostname/.test(said)) return 'set ansible_host to its address';
  if (/refused/.test(said)) return 'is sshd running there, on that port?';
  if (/timed out|No route/.test(said)) return 'is the host up, and the address right?';
  return undefined;
};
