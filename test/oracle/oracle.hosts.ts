import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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
  response.writeHead(200, { 'Content-Type': type });
  createReadStream(file).pipe(response);
});
beforeAll(() => new Promise<void>((resolve) => void served.listen(0, resolve)));
afterAll(() => void served.close());

/** Where k8s-bm is known to be wrong: by the playbook's name, what. */
const wrong: Readonly<Record<string, string>> = parse(readFileSync(join(import.meta.dirname, 'wrong.yml'), 'utf8'));

const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yml') && !file.startsWith('_'))
  .map((file) => file.slice(0, -4));

describe.each(names)('%s', (name) => {
  const run = (lookAhead: boolean) => {
    const { port } = served.address() as AddressInfo;
    return runCase(name, { inventory: lab.inventory, hosts: lab.hosts, port }, lookAhead);
  };

  (name in wrong ? it.fails : it)('comes to what ansible-core comes to, with look-ahead and without it', async () => {
    const ahead = await run(true);
    const [ours, theirs] = compared(name, ahead, recorded(name));
    expect(ours).toEqual(theirs);
    const [alone, again] = compared(name, await run(false), ahead);
    expect(alone).toEqual(again);
  });
});
