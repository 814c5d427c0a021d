import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fetchServed,
  isServed,
  newestServed,
  type ServedFile,
  servedDigests,
  servedPath,
} from '../../../src/lab/images/binaries.ts';
import { kubernetes } from '../../../src/lab/images/programs.ts';

const sha256 = createHash('sha256').update('a kubelet').digest('hex');

/** dl.k8s.io redirects to where the files are, and has a digest beside each. */
const server = createServer((request, response) => {
  if (request.url?.startsWith('/v1')) response.writeHead(302, { location: `/cdn${request.url}` }).end();
  else if (request.url === '/cdn/v1/kubelet') response.end('a kubelet');
  else if (request.url === '/cdn/v1/kubelet.sha256') response.end(`${sha256}\n`);
  else if (request.url === '/cdn/v1/damaged') response.end('another');
  else if (request.url === '/cdn/v1/damaged.sha256') response.end(sha256);
  else if (request.url === '/cdn/v1/unsigned') response.end('a kubelet');
  else response.writeHead(404).end();
});

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'k8s-bm-binaries-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const file = (path: string): ServedFile => ({
  upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
  program: kubernetes('v1.36.3'),
  binary: 'kubelet',
});

describe('a binary from its upstream', () => {
  it.each(['/v1/kubelet', '/v1/unsigned'])('%s is served with its digest', async (path) => {
    await fetchServed(cache, file(path));
    expect(await isServed(cache, file(path))).toBe(true);
    expect(await readFile(servedPath(cache, file(path)), 'utf8')).toBe('a kubelet');
    expect((await stat(servedPath(cache, file(path)))).mode & 0o111).not.toBe(0);
    expect(Object.values(await servedDigests(cache))).toEqual([sha256]);
    expect(Object.keys(await servedDigests(cache))[0]).toMatch(/^127\.0\.0\.1:\d+\/v1\//);
  });

  it.each([
    ['/v1/damaged', /its sha256 is .*, and .* is published/],
    ['/v1/none', /none could not be fetched: it answered 404/],
  ])('%s leaves nothing', async (path, message) => {
    await expect(fetchServed(cache, file(path))).rejects.toThrow(message);
    expect(await isServed(cache, file(path))).toBe(false);
    const left = await readdir(join(cache, 'binaries'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });
});

it('tells the newest Kubernetes that the lab serves', () => {
  const path = (version: string, file = 'kubelet') => `dl.k8s.io/${version}/bin/linux/amd64/${file}`;
  expect(newestServed({ [path('v1.35.4')]: '', [path('v1.36.1')]: '', [path('v1.36.3', 'kubectl')]: '' })).toBe(
    'v1.36.1',
  );
  expect(newestServed({ [path('v1.99.0')]: '' })).toBeUndefined();
});
