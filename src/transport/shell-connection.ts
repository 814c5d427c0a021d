import type { Channel, OpenChannel } from './channel.ts';
import type { FramedShell } from './shell/remote-shell.ts';
import { startShell } from './shell/start.ts';
import {
  type Connection,
  ConnectionLost,
  type Identity,
  type RemoteShell,
  type Target,
  type Traffic,
} from './transport.ts';

/** sshd's MaxSessions is 10; two are left for what the user does beside us. */
const maxShells = 8;

/** A connection whose shells are framed shells over the channels that a transport opens: one for each identity. */
export class ShellConnection implements Connection {
  readonly endpoint: string;
  readonly traffic: Traffic = { dials: 0, messages: 0, bytesOut: 0, bytesIn: 0 };
  readonly #target: Target;
  readonly #open: OpenChannel;
  readonly #hangUp: () => Promise<void>;
  /** In the order of their last use. */
  readonly #shells = new Map<string, Promise<FramedShell>>();
  #closed = false;

  constructor(target: Target, endpoint: string, open: OpenChannel, hangUp: () => Promise<void>) {
    this.#target = target;
    this.endpoint = endpoint;
    this.#hangUp = hangUp;
    this.#open = async (command, options) => this.#counted(await open(command, options));
  }

  shell(identity: Identity): Promise<RemoteShell> {
    if (this.#closed) return Promise.reject(new ConnectionLost(this.#target.name, 'the connection was closed'));
    const key = JSON.stringify([identity.method, identity.user, identity.password, identity.exe, identity.flags]);
    const known = this.#shells.get(key);
    if (known) {
      this.#shells.delete(key);
      this.#shells.set(key, known);
      return known;
    }
    const made = this.#start(key, identity);
    this.#shells.set(key, made);
    made.catch(() => this.#forget(key, made));
    return made;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const shells = await Promise.allSettled(this.#shells.values());
    await Promise.all(shells.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
    await this.#hangUp().catch(() => {});
  }

  async #start(key: string, identity: Identity): Promise<FramedShell> {
    while (this.#shells.size >= maxShells) {
      const [oldest, shell] = this.#shells.entries().next().value as [string, Promise<FramedShell>];
      this.#shells.delete(oldest);
      await shell.then((each) => each.close()).catch(() => {});
    }
    const { name, shellPath = '/bin/sh', connectTimeoutMs } = this.#target;
    const shell = await startShell(this.#open, {
      host: name,
      identity,
      shellPath,
      // PAM may wait some seconds before it says that a password is wrong.
      timeoutMs: Math.max(connectTimeoutMs, 20_000),
      traffic: this.traffic,
      onEnd: () => {
        const current = this.#shells.get(key);
        void current?.then((each) => {
          if (each === shell) this.#forget(key, current);
        });
      },
    });
    return shell;
  }

  #forget(key: string, shell: Promise<FramedShell>): void {
    if (this.#shells.get(key) === shell) this.#shells.delete(key);
  }

  #counted(channel: Channel): Channel {
    return {
      ...channel,
      onOutput: (handler) =>
        channel.onOutput((stream, bytes) => {
          this.traffic.bytesIn += bytes.length;
          handler(stream, bytes);
        }),
    };
  }
}
