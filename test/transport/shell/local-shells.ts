import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTransport } from '../../../src/transport/local/local.ts';
import type { Connection, Target } from '../../../src/transport/transport.ts';

/**
 * The shells of this machine that the far side is tried in, as [name, path]: dash, bash called sh, and busybox with
 * nothing but busybox's own commands around it.
 */
export const shells = (): [string, string][] => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-shells-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const found: [string, string][] = [];
  for (const name of ['dash', 'bash']) {
    const path = which(name);
    if (!path) continue;
    mkdirSync(join(folder, name));
    symlinkSync(path, join(folder, name, 'sh'));
    found.push([name, join(folder, name, 'sh')]);
  }
  const busybox = which('busybox');
  if (busybox) {
    const applets = join(folder, 'applets');
    mkdirSync(applets);
    execFileSync(busybox, ['--install', '-s', applets]);
    const path = join(folder, 'busybox-sh');
    writeFileSync(path, `#!/bin/sh\nPATH=${applets} exec ${applets}/sh "$@"\n`);
    chmodSync(path, 0o755);
    found.push(['busybox', path]);
  }
  return found;
};

export const which = (name: string): string | undefined => {
  try {
    const paths = `${process.env.PATH}:/usr/sbin:/sbin`;
    return execFileSync('/bin/sh', ['-c', `PATH=${paths} command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
};

export const localTarget = (shellPath?: string): Target => ({
  name: 'here',
  transport: 'local',
  address: 'localhost',
  hostKeyChecking: 'yes',
  connectTimeoutMs: 10_000,
  shellPath,
});

export const connectLocally = (shellPath?: string): Promise<Connection> =>
  localTransport.connect(localTarget(shellPath));
