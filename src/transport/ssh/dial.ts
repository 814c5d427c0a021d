import type { Duplex } from 'node:stream';
import type { Client, ServerHostKeyAlgorithm } from 'ssh2';
import { DialLimit } from '../dial-limit.ts';
import { ConnectionError, type ConnectOptions, type Target } from '../transport.ts';
import { credentials } from './credentials.ts';
import { hostKeyCheck } from './host-key.ts';
import { parseProxyJump, proxyCommandSocket } from './proxy.ts';
import { type SshSettings, sshSettings } from './ssh-config.ts';

/** A client that is logged in, and how to hang up on it and on every hop before it. */
export interface Dialled {
  readonly client: Client;
  readonly settings: SshSettings;
  /** Why the connection ended, once it has. */
  readonly lost: () => string | undefined;
  readonly hangUp: () => void;
}

const limit = new DialLimit(8, 60);
const keepaliveMs = 15_000;
const keepaliveTries = 3;
const maxHops = 8;

/** Dials a target, through the hosts that it or ssh_config names, and logs in. Throws ConnectionError. */
export const dial = async (target: Target, options: ConnectOptions = {}): Promise<Dialled> => {
  const { address, port, user, sshArguments } = target;
  // Takes as long as ssh does to answer; whoever needs it below waits for it.
  import('node-ssh').catch(() => undefined);
  const settings = await ask(target, { address, port, user, arguments: sshArguments });
  return dialThrough(target, address, settings, target, 0, options);
};

/** What a hop has of its own; hops log in with ssh_config's keys and the agent, the target with the inventory's too. */
type Login = Pick<Target, 'privateKeyFile' | 'password'>;

const dialThrough = async (
  target: Target,
  address: string,
  settings: SshSettings,
  login: Login,
  depth: number,
  options: ConnectOptions,
): Promise<Dialled> => {
  const { signal } = options;
  if (depth > maxHops)
    throw new ConnectionError(target.name, `more than ${maxHops} jump hosts; do they lead in a circle?`);
  const before: Dialled[] = [];
  const hangUpBefore = (): void => {
    for (const each of before.reverse()) each.hangUp();
  };
  try {
    let socket: Duplex | undefined;
    let said = async (): Promise<string> => '';
    if (settings.proxyJump) {
      const hop = await dialHops(target, settings.proxyJump, depth, signal);
      before.push(hop);
      socket = await forward(target, hop, settings);
    } else if (settings.proxyCommand) {
      ({ socket, said } = proxyCommandSocket(settings, address));
    }
    const dialled = await limit.run(() => logIn(target, settings, login, socket, said, options), signal);
    dialled.client.once('close', hangUpBefore);
    return {
      ...dialled,
      hangUp: () => {
        dialled.hangUp();
        hangUpBefore();
      },
    };
  } catch (error) {
    hangUpBefore();
    throw error;
  }
};

const dialHops = async (
  target: Target,
  text: string,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<Dialled> => {
  const hops = parseProxyJump(text);
  const last = hops.at(-1);
  if (!last) throw new ConnectionError(target.name, `'${text}' names no host to jump through`);
  const own = await ask(target, { ...last, arguments: configFileOf(target.sshArguments ?? []) });
  // A hop that stands before this one in the list comes instead of the one that ssh_config may name for it.
  const earlier = hops.slice(0, -1);
  const settings =
    earlier.length > 0 ? { ...own, proxyJump: earlier.map(hopText).join(','), proxyCommand: undefined } : own;
  return dialThrough(target, last.address, settings, { password: undefined }, depth + 1, { signal });
};

/** As ssh does, a hop reads the configuration file that the command line names, and none of its other options. */
const configFileOf = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => (word === '-F' && words[at + 1] ? ['-F', words[at + 1] as string] : []));

const hopText = ({
  user,
  address,
  port,
}: {
  user?: string | undefined;
  address: string;
  port?: number | undefined;
}): string => `${user ? `${user}@` : ''}[${address}]${port ? `:${port}` : ''}`;

const forward = (target: Target, hop: Dialled, settings: SshSettings): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    hop.client.forwardOut('127.0.0.1', 0, settings.host, settings.port, (error, channel) => {
      if (!error) {
        channel.on('error', () => {});
        resolve(channel);
      } else {
        hop.hangUp();
        reject(
          new ConnectionError(
            target.name,
            `${hop.settings.host} does not reach ${settings.host} port ${settings.port}: ${error.message}`,
          ),
        );
      }
    });
  });

const ask = (target: Target, query: Parameters<typeof sshSettings>[0]): Promise<SshSettings> =>
  sshSettings(query).catch((error: Error) => {
    throw new ConnectionError(target.name, error.message);
  });

const logIn = async (
  target: Target,
  settings: SshSettings,
  login: Login,
  socket: Duplex | undefined,
  said: () => Promise<string>,
  { signal, onWaiting }: ConnectOptions,
): Promise<Dialled> => {
  const [{ NodeSSH }, check, { methods, unusable }] = await Promise.all([
    import('node-ssh'),
    hostKeyCheck(target.name, settings, target),
    credentials(settings, login),
  ]);
  signal?.throwIfAborted();
  const ssh = new NodeSSH();
  const dialling = ssh.connect({
    host: settings.host,
    port: settings.port,
    username: settings.user,
    ...(socket ? { sock: socket } : {}),
    ...(settings.addressFamily === 'inet' ? { forceIPv4: true } : {}),
    ...(settings.addressFamily === 'inet6' ? { forceIPv6: true } : {}),
    ...(settings.forwardAgent && settings.agent ? { agent: settings.agent, agentForward: true } : {}),
    authHandler: [...methods],
    algorithms: { serverHostKey: [...check.algorithms] as ServerHostKeyAlgorithm[] },
    hostVerifier: (key: Buffer) => check.verify(key),
    readyTimeout: target.connectTimeoutMs,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: keepaliveTries,
  });
  onWaiting?.();
  const client = ssh.connection as Client;
  let lost: string | undefined;
  // node-ssh stops listening once it is connected: without this, a reset would end the whole process.
  client.on('error', (error) => {
    lost ??= whyLost(error);
  });
  client.on('close', () => {
    lost ??= 'the connection was closed by the other side';
  });
  client.setMaxListeners(0);
  const onAbort = (): void => void client.destroy();
  signal?.addEventListener('abort', onAbort);
  try {
    await dialling;
  } catch (error) {
    client.destroy();
    socket?.destroy();
    signal?.throwIfAborted();
    throw check.refusal ?? explain(target, settings, error as SshFailure, unusable, await said());
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  return {
    client,
    settings,
    lost: () => lost,
    hangUp: () => {
      lost ??= 'the connection was closed';
      // ssh2 knows no other way to its socket once that is half closed.
      const wire = (client as { _sock?: Duplex })._sock;
      client.end();
      // A host that went away answers no goodbye: without this, the program would wait for it as long as TCP does.
      setTimeout(() => wire?.destroy(), goodbyeMs).unref();
    },
  };
};

/** How long the other side may take to end its half of a connection. */
const goodbyeMs = 1000;

/** Why a connection that was up is not any more. */
const whyLost = (error: SshFailure): string => {
  if (error.level === 'client-timeout')
    return `the connection was lost: no answer for ${(keepaliveMs * keepaliveTries) / 1000} s`;
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
    ? 'the connection was reset'
    : `the connection was lost: ${error.message}`;
};

interface SshFailure extends Error {
  readonly level?: string;
  readonly code?: string;
}

const explain = (
  target: Target,
  { user, host, port }: SshSettings,
  error: SshFailure,
  unusable: readonly string[],
  proxySaid: string,
): ConnectionError => {
  const at = `${host} port ${port}`;
  const fail = (message: string, hint?: string): ConnectionError =>
    new ConnectionError(target.name, message, hint, { cause: error });
  if (error.level === 'client-authentication')
    return fail(
      `${user}@${host} was not let in: ${target.password === undefined ? 'no key that was offered is accepted' : 'neither a key nor the password is accepted'}${unusable.length > 0 ? `; not offered: ${unusable.join('; ')}` : ''}`,
      'set ansible_user and ansible_ssh_private_key_file, or give a password with -k',
    );
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return fail(`the name ${host} does not resolve`, 'set ansible_host to its address');
  if (error.code === 'ECONNREFUSED') return fail(`${at} refuses connections`, 'is sshd running there, on that port?');
  if (
    error.level === 'client-timeout' ||
    error.code === 'ETIMEDOUT' ||
    error.code === 'EHOSTUNREACH' ||
    error.code === 'ENETUNREACH'
  )
    return fail(
      `${at} does not answer within ${Math.round(target.connectTimeoutMs / 1000)} s${proxySaid ? ` (${proxySaid})` : ''}`,
      'is the host up, and the address right?',
    );
  if (/no matching|Handshake failed/i.test(error.message))
    return fail(`${at}: ${error.message}`, "try 'ansible_connection: openssh', which knows more algorithms");
  return fail(`${at}: ${proxySaid || error.message}`);
};
