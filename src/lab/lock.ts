import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Lock {
  release(): Promise<void>;
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
  return take(file, [], options.signal);
};

/** Runs `work` while holding the lock of `file`. */
export const withLock = async <T>(
  file: string,
  work: () => Promise<T>,
  options: { readonly onWait?: () => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<T> => {
  const held = await lock(file, options);
  try {
    return await work();
  } finally {
    await held?.release();
  }
};

/** `cat` holds the lock for as long as its standard input, which only we have, stays open. */
const take = (file: string, flags: string[], signal: AbortSignal | undefined): Promise<Lock | undefined> =>
  new Promise((resolve, reject) => {
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
    child.stdout.once('data', () => {
      signal?.removeEventListener('abort', give);
      resolve({ release: () => letGo(child) });
    });
  });

const letGo = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
