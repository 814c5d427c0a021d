import { UserError } from '../../util/diagnostic.ts';
import type { Channel } from '../channel.ts';
import { deferred, delay } from '../deferred.ts';
import {
  ConnectionLost,
  type Identity,
  type RemoteShell,
  type Reply,
  type Script,
  type Traffic,
} from '../transport.ts';
import type { Mark } from './marks.ts';
import { encodeMessage, hasOwnSession, header, type MessageContext, scriptId } from './message.ts';
import { ReplyCollector } from './replies.ts';
import { download, upload } from './transfer.ts';

export interface FramedShellOptions {
  readonly host: string;
  readonly identity: Identity;
  readonly channel: Channel;
  readonly nonce: string;
  readonly folder: string;
  readonly shellPath: string;
  readonly terminal: boolean;
  readonly traffic: Traffic;
  /** Called once, when the shell can be used no more. */
  readonly onEnd: () => void;
}

/** What a script gets between TERM and KILL, and how often KILL is said again. */
const graceMs = 2000;
/** A pump that is still open so long after its script's end is held by a daemon. */
const pumpMs = 50;
const closeMs = 5000;

/** A shell that runs on the far side of a channel: requests go there one at a time, replies come back by their marks. */
export class FramedShell implements RemoteShell {
  readonly identity: Identity;
  readonly #options: FramedShellOptions;
  readonly #collector: ReplyCollector;
  #defined: MessageContext['defined'] = new Map();
  #number = 0;
  #scripts: readonly Script[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #fail: ((error: unknown) => void) | undefined;
  #aborted: (() => void) | undefined;
  #ended: Error | undefined;
  #closing = false;
  /** Workers that we had ended, and whose end the far side has still to tell. */
  #deaths = 0;
  #deadline: NodeJS.Timeout | undefined;
  #pumps: NodeJS.Timeout | undefined;

  constructor(options: FramedShellOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#collector = new ReplyCollector(options.nonce, options.terminal, {
      begun: (index) => this.#startDeadline(index),
      ended: () => clearTimeout(this.#deadline),
      pumpsLeft: (id) => {
        this.#pumps = setTimeout(() => void this.#write([header(`p 0 ${id}`)]), pumpMs);
      },
      pumpsGone: () => clearTimeout(this.#pumps),
      other: (mark) => this.#hear(mark),
    });
    options.channel.onOutput((stream, bytes) => this.#collector.push(stream, bytes));
    void options.channel.closed.then(({ reason }) =>
      this.#end(new ConnectionLost(options.host, reason ?? 'the connection was closed by the other side')),
    );
  }

  get channel(): Channel {
    return this.#options.channel;
  }

  async send(scripts: readonly Script[], options: { readonly signal?: AbortSignal } = {}): Promise<Reply[]> {
    return scripts.length === 0 ? [] : this.exchange(async () => scripts, options.signal);
  }

  upload(...[content, path, mode, options]: Parameters<RemoteShell['upload']>): Promise<void> {
    return upload(this, content, path, mode, options?.signal);
  }

  download(path: string, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
    return download(this, path, options.signal);
  }

  /**
   * One message. `prepare` may write frames that go before it and answers the scripts; if it throws, what it left on the
   * host is cleared away and its error is thrown on.
   */
  async exchange(
    prepare: (write: (frames: readonly Uint8Array[]) => Promise<void>) => Promise<readonly Script[]>,
    signal?: AbortSignal,
  ): Promise<Reply[]> {
    const before = this.#turn;
    const mine = deferred();
    this.#turn = before.then(() => mine.promise);
    try {
      await before;
      signal?.throwIfAborted();
      if (this.#ended) throw this.#ended;
      return await this.#exchange(prepare, signal);
    } finally {
      mine.resolve();
    }
  }

  async close(): Promise<void> {
    if (!this.#ended) {
      this.#closing = true;
      await Promise.race([this.#write([header('q 0')]), delay(closeMs)]);
      this.channel.end();
      await Promise.race([this.channel.closed, delay(closeMs)]);
    }
    this.channel.destroy();
    this.#end(new ConnectionLost(this.#options.host, 'the shell was closed'));
  }

  #exchange(
    prepare: (write: (frames: readonly Uint8Array[]) => Promise<void>) => Promise<readonly Script[]>,
    signal: AbortSignal | undefined,
  ): Promise<Reply[]> {
    return new Promise<Reply[]>((resolve, reject) => {
      let stopped = false;
      const stop = (error: unknown): void => {
        if (stopped) return;
        stopped = true;
        this.#endWhatRuns().then(
          () => settle(() => reject(error)),
          (lost) => settle(() => reject(signal?.aborted ? error : lost)),
        );
      };
      const onAbort = (): void => stop(signal?.reason);
      const settle = (how: () => void): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#fail = undefined;
        how();
      };
      this.#fail = (error) => settle(() => reject(error));
      signal?.addEventListener('abort', onAbort);
      const write = async (frames: readonly Uint8Array[]): Promise<void> => {
        if (stopped) throw signal?.reason ?? new Error('stopped');
        await this.#write(frames);
      };
      prepare(write)
        .then((scripts) => {
          if (stopped) return;
          const defined = new Map(this.#defined);
          const { nonce, folder, shellPath: shell } = this.#options;
          const number = ++this.#number;
          const frames = encodeMessage(scripts, { nonce, folder, shell, number, defined });
          this.#defined = defined;
          this.#scripts = scripts;
          this.#options.traffic.messages++;
          this.#collector.expect(number, scripts).then((replies) => {
            if (!stopped) settle(() => resolve(replies));
          });
          void this.#write(frames);
        })
        .catch(stop);
    });
  }

  async #write(frames: readonly Uint8Array[]): Promise<void> {
    const bytes = frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames);
    this.#options.traffic.bytesOut += bytes.length;
    await this.channel.write(bytes);
  }

  /** Ends the process groups of whatever runs, and waits until the far side says that it has. */
  async #endWhatRuns(): Promise<void> {
    this.#stopTimers();
    this.#collector.forget();
    if (this.#ended) throw this.#ended;
    const done = deferred();
    this.#aborted = done.resolve;
    this.#deaths++;
    void this.#write([header('x 0')]);
    const late = setTimeout(() => {
      this.channel.destroy();
      done.resolve();
    }, closeMs * 2);
    await Promise.race([done.promise, this.channel.closed]);
    clearTimeout(late);
    this.#aborted = undefined;
  }

  #startDeadline(index: number): void {
    const script = this.#scripts[index] as Script;
    if (!hasOwnSession(script) || script.timeoutMs === undefined) return;
    const id = scriptId(this.#number, index);
    const kill = (signal: string, again: number): void => {
      this.#collector.timedOut.add(index);
      void this.#write([header(`k ${signal} ${id}`)]);
      this.#deadline = setTimeout(() => kill('KILL', graceMs), again);
    };
    this.#deadline = setTimeout(() => kill('TERM', graceMs), script.timeoutMs);
  }

  #hear(mark: Mark): void {
    if (mark.kind === 'A') this.#aborted?.();
    else if (mark.kind === 'D' && this.#deaths > 0) this.#deaths--;
    else if (mark.kind === 'D' && !this.#closing) {
      this.#end(
        new ConnectionLost(
          this.#options.host,
          `the shell that runs the tasks was ended from outside (code ${mark.rest})`,
        ),
      );
      this.channel.destroy();
    } else if (mark.kind === 'F') {
      const hint = `make room in ${this.#options.folder.replace(/\/[^/]*$/, '')} on ${this.#options.host}`;
      this.#end(
        new UserError({
          severity: 'error',
          message: `${this.#options.host}: no room for what a task needs on the host`,
          hint,
        }),
      );
      this.channel.destroy();
    }
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#stopTimers();
    this.#collector.forget();
    this.#aborted?.();
    this.#fail?.(error);
    this.#options.onEnd();
  }

  #stopTimers(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#pumps);
  }
}
