import { encode } from '../../util/bytes.ts';
import {
  type Connection,
  ConnectionLost,
  type Identity,
  type RemoteShell,
  type Reply,
  type Script,
  type Target,
  type Traffic,
  type Transport,
} from '../transport.ts';

/** What a host that is not there answers. Everything that it is not told to answer is an error. */
export interface FakeHost {
  answer(script: Script, identity: Identity, signal: AbortSignal | undefined): Reply | Promise<Reply>;
  upload?(content: Uint8Array, path: string, mode: string, identity: Identity): void | Promise<void>;
  download?(path: string, identity: Identity): Uint8Array | Promise<Uint8Array>;
  /** How long a message takes there and back. */
  readonly latencyMs?: number | undefined;
}

/** A transport to hosts by their inventory name. */
export const fakeTransport = (hosts: ReadonlyMap<string, FakeHost> | ((name: string) => FakeHost)): Transport => ({
  async connect(target: Target) {
    const host = typeof hosts === 'function' ? hosts(target.name) : hosts.get(target.name);
    if (!host) throw new Error(`there is no fake host ${target.name}`);
    return new FakeConnection(target.name, host);
  },
});

/** A reply as scripts give it, from texts. */
export const fakeReply = (stdout = '', code = 0, stderr = ''): Reply => ({
  code,
  stdout: encode(stdout),
  stderr: encode(stderr),
  timedOut: false,
  durationMs: 0,
});

class FakeConnection implements Connection {
  readonly endpoint: string;
  readonly traffic: Traffic = { dials: 1, messages: 0, bytesOut: 0, bytesIn: 0 };
  readonly #name: string;
  readonly #host: FakeHost;
  readonly #shells = new Map<string, FakeShell>();
  #closed = false;

  constructor(name: string, host: FakeHost) {
    this.#name = name;
    this.#host = host;
    this.endpoint = `fake:${name}`;
  }

  async shell(identity: Identity): Promise<RemoteShell> {
    if (this.#closed) throw new ConnectionLost(this.#name, 'the connection was closed');
    const key = JSON.stringify(identity);
    const known = this.#shells.get(key);
    if (known && !known.closed) return known;
    const made = new FakeShell(this.#name, identity, this.#host, this.traffic);
    this.#shells.set(key, made);
    return made;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const shell of this.#shells.values()) await shell.close();
  }
}

class FakeShell implements RemoteShell {
  readonly identity: Identity;
  closed = false;
  readonly #name: string;
  readonly #host: FakeHost;
  readonly #traffic: Traffic;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(name: string, identity: Identity, host: FakeHost, traffic: Traffic) {
    this.#name = name;
    this.identity = identity;
    this.#host = host;
    this.#traffic = traffic;
  }

  send(scripts: readonly Script[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<Reply[]> {
    if (scripts.length === 0) return Promise.resolve([]);
    return this.#inTurn(signal, async () => {
      const replies: Reply[] = [];
      for (const script of scripts) {
        this.#traffic.bytesOut += script.text.text.length + (script.stdin?.length ?? 0);
        const reply = await this.#host.answer(script, this.identity, signal);
        signal?.throwIfAborted();
        this.#traffic.bytesIn += reply.stdout.length + reply.stderr.length;
        if (reply.stdout.length > 0) script.onOutput?.('stdout', reply.stdout);
        if (reply.stderr.length > 0) script.onOutput?.('stderr', reply.stderr);
        replies.push(reply);
      }
      return replies;
    });
  }

  upload(...[content, path, mode, options]: Parameters<RemoteShell['upload']>): Promise<void> {
    return this.#inTurn(options?.signal, async () => {
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      if (!this.#host.upload) throw new Error(`the fake host ${this.#name} was not told to take ${path}`);
      await this.#host.upload(Buffer.concat(pieces), path, mode, this.identity);
    });
  }

  async *download(path: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const { download } = this.#host;
    if (!download) throw new Error(`the fake host ${this.#name} was not told to give ${path}`);
    yield await this.#inTurn(options.signal, async () => download.call(this.#host, path, this.identity));
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      signal?.throwIfAborted();
      if (this.closed) throw new ConnectionLost(this.#name, 'the shell was closed');
      this.#traffic.messages++;
      if (this.#host.latencyMs) await new Promise((resolve) => setTimeout(resolve, this.#host.latencyMs));
      return work();
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
