import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Server as Listener } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issue, makeAuthority, type Pair } from '../../../src/pki/issue.ts';
import { runModule } from '../harness.ts';

/** Answers as a registry does that has one image, as its path says: closed ones want a login, ill ones are ill. */
const answer = (path: string): number => {
  if (path === '/v2/') return 200;
  return path === '/v2/pause/manifests/3.10.1' ? 200 : 404;
};

describe('registry_reach', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kb-registry-'));
  const servers: Server[] = [];
  let authority: Pair;
  let asked = 0;

  /** A registry with TLS; `code` for every path. */
  const serve = async (code = answer): Promise<string> => {
    const { certificate, key } = await issue(authority, {
      commonName: 'registry',
      organizations: [],
      usages: ['server'],
      alternativeNames: ['127.0.0.1'],
    });
    const server = createServer({ cert: certificate, key }, (request, response) => {
      asked++;
      response.writeHead(code(request.url ?? '')).end();
    });
    servers.push(server);
    return listen(server);
  };

  beforeAll(async () => {
    authority = await makeAuthority('the registry');
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files/ca.crt'), authority.certificate);
    // A host that has curl and no Docker.
    for (const program of ['sh', 'cat', 'curl', 'grep', 'pidof'])
      symlinkSync((await execa('sh', ['-c', `command -v ${program}`])).stdout, join(folder, program));
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  const reach = async (images: readonly string[], args: object = { authority_file: 'ca.crt' }): Promise<unknown> => {
    const { result } = await runModule(
      'registry_reach',
      { images, ...args },
      {
        directory: folder,
        run: async (text) => {
          const {
            exitCode = 1,
            stdout,
            stderr,
          } = await execa('sh', ['-c', text], {
            env: { PATH: folder },
            extendEnv: false,
            reject: false,
            encoding: 'buffer',
          });
          return { code: exitCode, stdout, stderr, timedOut: false, durationMs: 0 };
        },
      },
    );
    return result.get('problems');
  };

  it('says nothing of a registry that has all', async () => {
    const registry = await serve();
    expect(await reach([`${registry}/pause:3.10.1`])).toEqual([]);
  });

  it('says what is wrong, each image and registry in a sentence that tells what to do', async () => {
    const [registry, ill] = [await serve(), await serve(() => 503)];
    const plain = await listen(createPlain((_, response) => response.end()).unref());
    const silent = '127.0.0.1:1';
    const digest = `sha256:${'0'.repeat(64)}`;
    const told = [
      ...((await reach([
        `${registry}/pause:3.10.1`,
        `${registry}/pause:9.9`,
        `${registry}/pause@${digest}`,
      ])) as string[]),
      ...((await reach([`${registry}/pause:3.10.1`], {})) as string[]),
      ...((await reach([`${ill}/a:1`, `${plain}/a:1`, `${silent}/a:1`, 'registry.invalid/a:1'])) as string[]),
    ];
    const text = told
      .join('\n')
      .replaceAll(registry, 'registry.lab:5000')
      .replaceAll(ill, 'ill.lab:5000')
      .replaceAll(plain, 'plain.lab:5000')
      .replace(/\((SSL|error).*\)/, '(…)')
      .replace(/\(Failed to connect.*?\)/, '(…)');
    await expect(`${text}\n`).toMatchFileSnapshot('registry-reach.txt');
  });

  it('leaves to Docker what wants a login', async () => {
    const registry = await serve(() => 401);
    expect(await reach([`${registry}/pause:9.9`])).toEqual([]);
  });

  it('asks nobody where Docker can not be asked which images there are', async () => {
    const registry = await serve();
    const before = asked;
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(await reach([`${registry}/pause:9.9`])).toEqual([]);
    rmSync(join(folder, 'docker'));
    expect(asked).toBe(before);
  });
});

const listen = (server: Listener): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
