import { randomBytes } from 'node:crypto';
import { decode, encode } from '../../util/bytes.ts';
import { UserError } from '../../util/diagnostic.ts';
import type { Channel } from '../channel.ts';
import { deferred } from '../deferred.ts';
import type { Reply, Script } from '../transport.ts';
import { fileFrames } from './message.ts';
import { sh } from './quote.ts';

/** The part of a framed shell that files travel through. */
interface Carrier {
  readonly channel: Channel;
  exchange(
    prepare: (write: (frames: readonly Uint8Array[]) => Promise<void>) => Promise<readonly Script[]>,
    signal?: AbortSignal,
  ): Promise<Reply[]>;
  send(scripts: readonly Script[], options: { readonly signal?: AbortSignal }): Promise<Reply[]>;
}

/**
 * Writes beside `path` while the content comes, never more of it in memory than one piece; then, if every byte is there,
 * sets the mode and renames. One message, however long. The file at `path` is the old or the new one, nothing between.
 */
export const upload = async (
  carrier: Carrier,
  content: AsyncIterable<Uint8Array>,
  path: string,
  mode: string,
  signal?: AbortSignal,
): Promise<void> => {
  const beside = `${path}.k8s-bm.${randomBytes(6).toString('hex')}`;
  let length = 0;
  const [reply] = await carrier.exchange(async (write) => {
    await write(fileFrames('', encode(beside), 't'));
    await write([Buffer.from('u 0\n')]);
    for await (const piece of content) {
      length += piece.length;
      if (piece.length > 0) await write(fileFrames('', piece, 'u'));
    }
    return [{ text: finish(beside, path, mode, length) }];
  }, signal);
  if (reply?.code !== 0)
    throw new UserError({
      severity: 'error',
      message: `cannot write ${path}: ${decode(reply?.stderr ?? new Uint8Array()).trim()}`,
    });
};

const finish = (beside: string, path: string, mode: string, length: number) => sh`{
  kb_why=$(sed "/records [io]/d; / copied/d; s/^.*eval: //" "$kb_d/upload" | tail -n 1)
  true >"$kb_d/upload"
  [ "$(wc -c <${beside})" -eq ${length} ] && kb_why=$(chmod ${mode} ${beside} 2>&1 && mv -f ${beside} ${path} 2>&1) && exit 0
  rm -f ${beside}
} 2>/dev/null
printf '%s\\n' "$kb_why" >&2
exit 1`;

/** The bytes of a file as they come; the host is held back while the reader is busy. Throws UserError if it cannot be read. */
export async function* download(carrier: Carrier, path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const queue: Uint8Array[] = [];
  let waiting = deferred();
  let held = 0;
  let over = false;
  const stop = new AbortController();
  const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    if (stream !== 'stdout') return;
    queue.push(bytes);
    held += bytes.length;
    if (held > highWater) carrier.channel.pause();
    waiting.resolve();
  };
  const script: Script = { text: sh`cat <${path}`, onOutput, ownSession: true };
  const done = carrier.send([{ ...script, keepOutput: false }], {
    signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
  });
  const finished = done.finally(() => {
    over = true;
    waiting.resolve();
  });
  finished.catch(() => {});
  try {
    while (!over || queue.length > 0) {
      const piece = queue.shift();
      if (piece) {
        held -= piece.length;
        if (held <= highWater / 4) carrier.channel.resume();
        yield piece;
      } else {
        await waiting.promise;
        waiting = deferred();
      }
    }
    const [reply] = await finished;
    if (reply?.code !== 0) throw new UserError({ severity: 'error', message: `cannot read ${path}` });
  } finally {
    carrier.channel.resume();
    if (!over) stop.abort(new Error('no longer wanted'));
  }
}

const highWater = 4 << 20;
