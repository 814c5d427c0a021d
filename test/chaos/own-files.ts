import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { TestHost } from '../lab-hosts.ts';

/** Where a deploy writes on a host. */
const folders = ['etc/kubernetes', 'etc/docker', 'etc/sysctl.d', 'etc/modules-load.d', 'var/lib/k8s-bm'];

/** The files of ours on a host, with their content; read past the host, which may be off. */
export const ownFiles = async (host: TestHost): Promise<Map<string, string>> => {
  const files = new Map<string, string>();
  for (const folder of folders) {
    const entries = await readdir(join(host.upper, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(host.upper.length), await readFile(path, 'latin1'));
    }
  }
  return files;
};

/** A name that says of a file that it is not finished. */
export const isUnfinished = (path: string): boolean => /\/\.[^/]*$/.test(path);

/** What is wrong with files under their final names: cut short, empty, or not what their names say. */
export const halfWritten = (files: ReadonlyMap<string, string>): string[] =>
  [...files].flatMap(([path, content]) => {
    if (isUnfinished(path)) return [];
    if (content === '') return [`${path} is empty`];
    if (!content.endsWith('\n')) return [`${path} ends in the middle of a line`];
    try {
      read(path, content);
      return [];
    } catch (error) {
      return [`${path} can't be read: ${(error as Error).message}`];
    }
  });

const read = (path: string, content: string): void => {
  if (path.endsWith('.crt')) new X509Certificate(content);
  else if (path.endsWith('.key')) createPrivateKey(content);
  else if (path.endsWith('.pub')) createPublicKey(content);
  else if (path.endsWith('.json')) JSON.parse(content);
  else if (/\.(ya?ml|conf)$/.test(path) && path.startsWith('/etc/kubernetes/')) parse(content);
};

/** What is said anew on the way to the end: Docker's settings come in two steps, etcd's members grow, flannel adds to its file. */
const inSteps = new Set(['/etc/docker/daemon.json', '/etc/kubernetes/etcd.env', '/var/lib/k8s-bm/flannel/subnet.env']);

/** The files that were there and are otherwise at the end: what is written is written once, and whole. */
export const rewritten = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...before]
    .filter(([path, content]) => !isUnfinished(path) && !inSteps.has(path) && after.get(path) !== content)
    .map(([path]) => (after.has(path) ? `${path} was written again` : `${path} is gone`));
