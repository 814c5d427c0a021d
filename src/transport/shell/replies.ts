import type { Reply, Script } from '../transport.ts';
import { type Mark, MarkScanner } from './marks.ts';
import { hasOwnSession, scriptId } from './message.ts';

/** What the far side says that is not part of a reply. */
export interface ShellNews {
  begun(index: number): void;
  ended(index: number): void;
  /** Both ends of a script's output are here, but its pumps may still be held open by a daemon. */
  pumpsLeft(id: string): void;
  pumpsGone(): void;
  other(mark: Mark): void;
}

interface Building {
  readonly out: Uint8Array[];
  readonly err: Uint8Array[];
  closed: number;
  code: number;
  durationMs: number;
}

/** Collects the replies of one message at a time from the two streams of a channel. */
export class ReplyCollector {
  readonly #scanners: Readonly<Record<'stdout' | 'stderr', MarkScanner>>;
  readonly #news: ShellNews;
  #number = 0;
  #scripts: readonly Script[] = [];
  #replies: Building[] = [];
  #left = 0;
  #done: ((replies: Reply[]) => void) | undefined;
  readonly timedOut = new Set<number>();

  readonly #terminal: boolean;

  constructor(nonce: string, terminal: boolean, news: ShellNews) {
    this.#terminal = terminal;
    this.#news = news;
    this.#scanners = { stdout: this.#scanner(nonce), stderr: this.#scanner(nonce) };
  }

  push(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.#scanners[stream].push(bytes);
  }

  /** Waits for the replies of the message of this number. */
  expect(number: number, scripts: readonly Script[]): Promise<Reply[]> {
    this.#number = number;
    this.#scripts = scripts;
    this.#replies = scripts.map(() => ({ out: [], err: [], closed: 0, code: 0, durationMs: 0 }));
    this.#left = scripts.length;
    this.timedOut.clear();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  /** Whatever still comes of the message is dropped. */
  forget(): void {
    this.#done = undefined;
    this.#replies = [];
    this.#scripts = [];
  }

  #scanner(nonce: string): MarkScanner {
    let open: { readonly index: number; readonly stream: 'stdout' | 'stderr' } | undefined;
    return new MarkScanner(
      nonce,
      (bytes) => {
        if (!open) return;
        const script = this.#scripts[open.index];
        const reply = this.#replies[open.index];
        if (!script || !reply) return;
        const copy = Buffer.from(bytes);
        if (script.keepOutput !== false) (open.stream === 'stdout' ? reply.out : reply.err).push(copy);
        script.onOutput?.(open.stream, copy);
      },
      (mark) => {
        const [id = '', ...numbers] = mark.rest.split(' ');
        if (!'oeOEN'.includes(mark.kind)) return this.#news.other(mark);
        if (mark.kind === 'N') return this.#news.pumpsGone();
        const index = Number(id.slice(id.indexOf('.') + 1));
        const reply = this.#replies[index];
        if (id !== scriptId(this.#number, index) || !reply) {
          open = undefined;
          return;
        }
        if (mark.kind === 'o' || mark.kind === 'e') {
          open = { index, stream: mark.kind === 'o' ? 'stdout' : 'stderr' };
          if (mark.kind === 'o') this.#news.begun(index);
          return;
        }
        open = undefined;
        if (mark.kind === 'E') {
          const [code = 0, from = 0, to = 0] = numbers.map(Number);
          reply.code = code;
          reply.durationMs = Math.max(0, Math.round((to - from) * 1000));
        }
        this.#close(reply, index, mark.kind);
      },
    );
  }

  #close(reply: Building, index: number, kind: string): void {
    reply.closed++;
    const script = this.#scripts[index] as Script;
    // With a terminal between, stderr comes only after the pumps are gone.
    if (hasOwnSession(script) && (this.#terminal ? kind === 'O' : reply.closed === 2))
      this.#news.pumpsLeft(scriptId(this.#number, index));
    if (reply.closed < 2) return;
    this.#news.ended(index);
    this.#left--;
    if (this.#left > 0) return;
    const done = this.#done;
    const replies = this.#replies.map((each, at) => ({
      code: each.code,
      stdout: joined(each.out),
      stderr: joined(each.err),
      timedOut: this.timedOut.has(at),
      durationMs: each.durationMs,
    }));
    this.forget();
    done?.(replies);
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
