import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { RegistryClient } from '../../src/oci/registry-client.ts';
import { packFolder } from '../../src/registry/pack.ts';
import type { Offer } from '../../src/registry/source.ts';
import { type Lie, LyingRegistry } from './lying-registry.ts';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();
const password = 'canary-password';
let registry: LyingRegistry;

beforeEach(async () => {
  await room.write({ 'role/tasks/main.yml': '- debug:\n'.repeat(5000), 'role/meta/main.yml': 'dependencies: []\n' });
  registry = room.keep(
    new LyingRegistry(await buffer(packFolder(join(room.folder, 'role')).pipe(createGzip({ level: 0 })))),
  );
  await registry.listen();
  const auth = Buffer.from(`amy:${password}`).toString('base64');
  await room.write({ 'home/.docker/config.json': JSON.stringify({ auths: { [registry.address]: { auth } } }) });
});

const wanted = () => room.wanted('oci', `oci://${registry.address}/k8s/etcd`);
const install = (offer: Partial<Offer> = { version: '1.0.0' }) => room.fetch(wanted(), offer);

/** Everything that an error would show, in its message, its diagnostics, its causes and its stack. */
const allOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack} ${JSON.stringify(error)} ${allOf(error.cause)}`
    : JSON.stringify(error ?? null);

/** Nothing is installed, the error says where it was asked for and which registry lies, and shows no credentials. */
const lies = async (
  part: 'manifests' | 'blobs' | 'tags' | 'token',
  lie: Lie,
  sentence: RegExp,
  offer?: Partial<Offer>,
) => {
  registry.lies.set(part, lie);
  const error = await (part === 'tags' ? room.sources().of.oci.versions(wanted()) : install(offer)).then(
    () => undefined,
    (failed: unknown) => failed as Error,
  );
  expect(error?.name).toBe('UserError');
  expect(error?.message).toMatch(/^requirements.yml:2:5: /);
  expect(error?.message).toContain(registry.address);
  expect(error?.message).toMatch(sentence);
  expect(allOf(error)).not.toMatch(/canary|YW15Om/);
};

const whole =
  (status: number, body: Buffer | string, headers = {}): Lie =>
  (_request, response) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
    return true;
  };

/** Sends without end, as fast as it is read. */
const endless =
  (chunk: Buffer): Lie =>
  (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!registry.closed && !response.destroyed && response.write(chunk));
      if (!registry.closed && !response.destroyed) response.once('drain', more);
    };
    more();
    return true;
  };

describe('an honest registry', () => {
  it('gives the role, so that what follows is about lies', async () => {
    expect(Object.keys((await install()).files)).toEqual(['meta/main.yml', 'tasks/main.yml']);
  });
});

describe('a registry that lies', () => {
  it('about what a digest stands for', async () => {
    const other = Buffer.from(registry.layer);
    other[other.length >> 1] = (other[other.length >> 1] as number) ^ 1;
    await lies('blobs', whole(200, other), /received sha256:|damaged/);
    const manifest = registry.manifest.toString().replace('"schemaVersion":2', '"schemaVersion" :2');
    const integrity = `sha256:${'0'.repeat(64)}`;
    await lies('manifests', whole(200, manifest), /the manifest of .*: expected sha256:0000/, { integrity });
  });

  it('by sending less', async () => {
    const half = registry.layer.subarray(0, registry.layer.length >> 1);
    await lies('blobs', whole(200, half), /ends too early|received sha256:\S+, \d+ of \d+ bytes/);
  });

  it('by sending more', async () => {
    await lies(
      'blobs',
      whole(200, Buffer.concat([registry.layer, Buffer.alloc(10)])),
      /more than the \d+ bytes promised/,
    );
  });

  it('by never coming to an end', { timeout: 60_000 }, async () => {
    const block = Buffer.alloc(65536, 'x');
    await lies('blobs', endless(registry.layer), /more than the \d+ bytes promised|goes on behind its end|damaged/);
    await lies('manifests', endless(block), /more than the 4194304 bytes that it may/);
    registry.lies.clear();
    await lies('tags', endless(block), /more than the 8388608 bytes that it may/);
    await lies(
      'tags',
      whole(200, '{"tags":["a"]}', { link: '</v2/k8s/etcd/tags/list>; rel="next"' }),
      /comes to no end/,
    );
    registry.lies.clear();
    await lies('token', endless(block), /without a token/);
  });

  it('by breaking off, each time a little later', async () => {
    let answered = 0;
    const breaking: Lie = (request, response, honest) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      answered++;
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': honest.length - from });
      response.write(honest.subarray(from, from + 64), () => response.destroy());
      return true;
    };
    await lies('blobs', breaking, /broke off while it was sending/);
    expect(answered).toBe(9);
  });

  it('by going on from elsewhere', async () => {
    let broken = false;
    const wrongRange: Lie = (_request, response, honest) => {
      if (broken) return whole(206, honest.subarray(1))(_request, response, honest);
      broken = true;
      response.writeHead(200, { 'content-length': honest.length });
      response.write(honest.subarray(0, 100), () => response.destroy());
      return true;
    };
    await lies('blobs', wrongRange, /more than the \d+ bytes promised|received sha256|damaged|ends too early/);
  });

  it('with a page for people in place of what was asked for', async () => {
    const page = whole(200, '<html>maintenance</html>', { 'content-type': 'text/html' });
    await lies('manifests', page, /is not JSON/);
    registry.lies.clear();
    await lies('tags', page, /answered with something else/);
    registry.lies.clear();
    await lies('token', page, /without a token/);
  });

  it('with what it was told in its refusal, and with what a terminal obeys', async () => {
    const echo = JSON.stringify({
      errors: [
        {
          code: 'DENIED',
          message: `\u001b[2J canary-token ${password}\n${Buffer.from(`amy:${password}`).toString('base64')}`,
        },
      ],
    });
    await lies('blobs', whole(403, echo), /answered 403 \(DENIED: +\[2J \*{8} \*{8} \*{8}\)/);
    await lies(
      'blobs',
      whole(400, JSON.stringify({ errors: [{ code: {}, message: 'x'.repeat(9999) }, null] })),
      /400 \(x+…\)/,
    );
    await lies('blobs', whole(403, 'x'.repeat(1000)), /answered 403$/);
  });
});

describe('a registry that is not well', () => {
  it('is asked again where it answered 500 once', async () => {
    let answered = 0;
    registry.lies.set('blobs', (request, response, honest) => {
      if (answered++ > 0) return false;
      return whole(500, 'oops')(request, response, honest);
    });
    expect(Object.keys((await install()).files)).toHaveLength(2);
    expect(answered).toBe(2);
  });

  it('is given up where it answers 500 in the middle, again and again', async () => {
    let first = true;
    const middle: Lie = (request, response, honest) => {
      if (!first) return whole(500, 'oops')(request, response, honest);
      first = false;
      response.writeHead(200, { 'content-length': honest.length });
      response.write(honest.subarray(0, 1000), () => response.destroy());
      return true;
    };
    await lies('blobs', middle, /answered 500/);
  });

  it('is given up where it drips, or falls silent', async () => {
    const pace = { idleTimeout: 1500, leastBytes: 4096 };
    const plain = { plainHttp: true, retries: 0, proxy: { http: '', https: '', none: '*' }, pace } as const;
    const credentials = async () => ({ username: 'amy', password });
    const client = room.keep(new RegistryClient(registry.address, { ...plain, credentials }));
    const { digest, size } = JSON.parse(registry.manifest.toString()).layers[0];
    const read = async () => buffer(await client.repository('k8s/etcd').blob({ mediaType: '', digest, size }));
    let dripped = 0;
    registry.lies.set('blobs', (_request, response, honest) => {
      response.writeHead(200, { 'content-length': honest.length });
      const drip = setInterval(() => response.write(honest.subarray(dripped, ++dripped)), 20);
      response.once('close', () => clearInterval(drip));
      return true;
    });
    await expect(read()).rejects.toThrow(`of ${registry.address}/k8s/etcd: ${registry.address} sends too slowly`);
    registry.lies.set('blobs', (_request, response, honest) => {
      response.writeHead(200, { 'content-length': honest.length });
      response.write(honest.subarray(0, 100));
      return true;
    });
    await expect(read()).rejects.toThrow(/sends too slowly/);
    registry.lies.set('blobs', () => true);
    await expect(read()).rejects.toThrow(/cannot be reached: it does not answer/);
  }, 30_000);
});

describe('a registry that sends elsewhere', () => {
  const elsewhere = async () => {
    const seen: { authorization: string | undefined; url: string | undefined }[] = [];
    const server = createServer(({ headers, url }, response) => {
      seen.push({ authorization: headers.authorization, url });
      response.end(registry.layer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    room.keep({ close: async () => server.close() });
    return { seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };

  it('sends no credentials along', async () => {
    const { seen, origin } = await elsewhere();
    registry.lies.set('blobs', whole(307, '', { location: `${origin}/storage?signature=x` }));
    expect(Object.keys((await install()).files)).toHaveLength(2);
    expect(seen).toEqual([{ authorization: undefined, url: '/storage?signature=x' }]);
  });

  it('for ever, is given up', async () => {
    registry.lies.set('blobs', (request, response, honest) =>
      whole(302, '', { location: request.url })(request, response, honest),
    );
    await lies('blobs', registry.lies.get('blobs') as Lie, /redirects in a circle/);
  });
});

describe('credentials', () => {
  it('are in nothing that an installation writes', async () => {
    await mkdir(join(room.folder, 'project'));
    const { files, integrity } = await install();
    expect(JSON.stringify([files, integrity, await room.sources().of.oci.versions(wanted())])).not.toMatch(/canary/);
  });
});
