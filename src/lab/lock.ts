import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Lock {
  /** Lets go, and with `remove` takes the file away: who waits for it then makes it anew. */
  release(options?: { readonly remove?: boolean }): Promise<void>;
}

/**
 * Takes the lock of a file with flock(1), which lets go when its holder dies, however it dies. `onWait` is called once
 * when another process has it. With `wait: false`, undefined says that another has it.
 */
export const lock = async (
  file: string,
  options: { readonly wait?: boolean; readonly onWait?: () => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<Lock | undefined> => {
  await mkdir(dirname(file), { recursive: true });
  const quick = await take(file, ['--nonblock'], options.signal);
  if (quick || options.wait === false) return quick;
  options.onWait?.();
  for (;;) {
    const held = await take(file, [], options.signal);
    if (held) return held;
  }
};

/** Runs `work` while holding the lock of `file`. */
export const withLock = async <T>(
  file: string,
  work: () => Promise<T>,
  options: {
    readonly onWait?: () => void;
    readonly signal?: AbortSignal | undefined;
    /** Whether the file goes with what it guarded. */
    readonly remove?: boolean;
  } = {},
): Promise<T> => {
  const held = await lock(file, options);
  try {
    return await work();
  } finally {
    await held?.release({ remove: options.remove ?? false });
  }
};

/**
 * `cat` holds the lock for as long as its standard input, which only we have, stays open. Undefined when another has it, or
 * had it and took the file away meanwhile: flock's descriptor 3 is then of a file that is no longer there.
 */
const take = (file: string, flags: string[], signal: AbortSignal | undefined): Promise<Lock | undefined> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn('flock', [...flags, '--conflict-exit-code', '75', file, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const give = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', give, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 75) resolve(undefined);
      else reject(new Error(`cannot lock ${file} (flock: exit code ${code})`));
    });
    child.stdout.once('data', async () => {
      signal?.removeEventListener('abort', give);
      const [now, ours] = await Promise.all([identity(file), identity(`/proc/${child.pid}/fd/3`)]);
      if (now === ours) return resolve({ release: (options) => letGo(child, options?.remove ? file : undefined) });
      resolve(undefined);
      await letGo(child, undefined);
    });
  });

const identity = async (file: string): Promise<string> => {
  const found = await stat(file).catch(() => undefined);
  return found ? `${found.dev}:${found.ino}` : 'gone';
};

const letGo = async (child: ChildProcess, remove: string | undefined): Promise<void> => {
  if (remove) await rm(remove, { force: true });
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
};
