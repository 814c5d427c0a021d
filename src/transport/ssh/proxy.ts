import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { delay } from '../deferred.ts';
import type { SshSettings } from './ssh-config.ts';

/** One host on the way: `[user@]host[:port]`, or an `ssh://` address of the same. */
export interface Hop {
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
}

/** The hosts that ProxyJump goes through, nearest first. */
export const parseProxyJump = (text: string): Hop[] =>
  text.split(',').map((each) => {
    const [, user, bracketed, plain, port] =
      /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(each.trim()) ?? [];
    const address = bracketed ?? plain;
    if (!address) throw new Error(`'${each}' is no host to jump through`);
    return { address, ...(user ? { user } : {}), ...(port ? { port: Number(port) } : {}) };
  });

/** What a ProxyCommand reads and prints, as a socket. Its process ends with the socket. */
export const proxyCommandSocket = (
  settings: SshSettings,
  address: string,
): { socket: Duplex; said: () => Promise<string> } => {
  const child = spawn('/bin/sh', ['-c', `exec ${expandTokens(settings.proxyCommand as string, settings, address)}`], {
    stdio: 'pipe',
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-2000);
  });
  child.on('error', () => {});
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // ssh2 stops listening before the last error comes, which would then end this process.
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(() => child.kill(), 500).unref());
  // What it said of its failure may come after its end.
  const over = new Promise((resolve) => child.once('close', resolve));
  return { socket, said: () => Promise.race([over, delay(300)]).then(() => said.trim()) };
};

/** The tokens that ssh_config(5) allows in ProxyCommand. */
export const expandTokens = (command: string, settings: SshSettings, address: string): string => {
  const tokens: Record<string, string> = {
    '%': '%',
    h: settings.host,
    n: address,
    p: String(settings.port),
    r: settings.user,
  };
  return command.replace(/%([%hnpr])/g, (_, token: string) => tokens[token] as string);
};
