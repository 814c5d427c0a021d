import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const swept = new Map<string, Promise<void>>();

/**
 * A new folder in `parent`, for something to be made in and renamed to its place as a whole. What killed runs left in
 * `parent` is removed, so nothing else may be kept there.
 */
export const newFolder = async (parent: string): Promise<string> => {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const cleaned = swept.get(parent) ?? sweep(parent);
  swept.set(parent, cleaned);
  await cleaned;
  const path = join(parent, `${process.pid}.${namespace()}.${randomBytes(6).toString('hex')}`);
  // Another may remove the parent just now, when it was the last in it.
  await mkdir(path).catch(() => mkdir(path, { recursive: true }));
  return path;
};

/** Process numbers mean something within one namespace only: a cache may be shared with containers. */
const namespace = (): string => {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
};

/** Removes what killed runs began: their process is gone, or, where that can't be told, a day has passed. */
const sweep = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent)) {
    const [pid, space] = name.split('.');
    const path = join(parent, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    const gone = space === namespace() ? !isAlive(Number(pid)) : age > 86_400_000;
    if (gone) await rm(path, { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
