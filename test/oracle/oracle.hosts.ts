import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLab } from '../lab-hosts.ts';
import { compared, recorded, runCase } from './run-case.ts';

/**
 * Playbooks of our own on hosts without Python, against what ansible-core made of them on twins with Python
 * (`record/record.py`): the same results for the same tasks, the same recap and exit code, the same files on the hosts;
 * and nothing of it depends on look-ahead. What differs on purpose stands in `differences.yml`.
 */
const lab = useLab({ hosts: 2 });
const folder = join(import.meta.dirname, 'playbooks');
const served = createServer((request, response) => {
  const file = join(folder, 'served', join('/', (request.url ?? '').split('?')[0] ?? ''));
  if (!existsSync(file)) return void response.writeHead(404).end('not found');
  const type = file.endsWith('.json') ? 'application/json' : 'text/plain';
  const { size, mtime } = statSync(file);
  // As the recorder's server: whole seconds, and nothing anew that is no newer.
  if (Date.parse(request.headers['if-modified-since'] ?? '') >= Math.floor(mtime.getTime() / 1000) * 1000)
    return void response.writeHead(304).end();
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': size, 'Last-Modified': mtime.toUTCString() });
  createReadStream(file).pipe(response);
});
beforeAll(() => new Promise<void>((resolve) => void served.listen(0, resolve)));
afterAll(() => void served.close());

const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yml') && !file.startsWith('_'))
  .map((file) => file.slice(0, -4));

// Each works in a folder of its own, so several run at once; those that touch the system run alone.
const alone = names.filter((name) => readFileSync(join(folder, `${name}.yml`), 'utf8').startsWith('# alone'));
const together = names.filter((name) => !alone.includes(name));

const same = async (name: string): Promise<void> => {
  const { port } = served.address() as AddressInfo;
  const run = (lookAhead: boolean) => runCase(name, { inventory: lab.inventory, hosts: lab.hosts, port }, lookAhead);
  const ahead = await run(true);
  const [ours, theirs] = compared(name, ahead, recorded(name));
  expect(ours).toEqual(theirs);
  const [oneByOne, again] = compared(name, await run(false), ahead);
  expect(oneByOne).toEqual(again);
};

describe('comes to what ansible-core comes to, with look-ahead and without it', () => {
  it.each(alone)('%s', same);
  it.concurrent.each(together)('%s', same);
});
