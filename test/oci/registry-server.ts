import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ServerOptions {
  /** What the registry wants to know: `bearer` has a token service on the same port. */
  readonly auth?: 'none' | 'basic' | 'bearer';
  /** Larger bodies of one request are refused with 413, as by a proxy. */
  readonly bodyLimit?: number;
  /** Blobs are given by another server. */
  readonly redirectTo?: string;
  /** The first so many requests for a blob end in the middle. */
  readonly breakBlobs?: number;
  /** The first so many requests are answered 503. */
  readonly unavailable?: number;
  readonly mounts?: boolean;
  /** HEAD of a manifest has no Docker-Content-Digest. */
  readonly withoutDigestHeader?: boolean;
  /** With TLS by this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Whether it knows what refers to a manifest (distribution specification 1.1, "Listing Referrers"). */
  readonly referrers?: boolean;
}

/** A registry in memory, after distribution specification 1.1, with the faults that real ones have. */
export class RegistryServer {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { type: string; bytes: Buffer }>();
  /** `METHOD path` and the Authorization of every request. */
  readonly requests: { line: string; authorization: string | undefined }[] = [];
  readonly #uploads = new Map<string, Buffer>();
  readonly #options: ServerOptions;
  readonly #server: Server;
  #broken = 0;
  #refused = 0;

  constructor(options: ServerOptions = {}) {
    this.#options = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    this.#server = options.tls ? createSecureServer(options.tls, answer) : createServer(answer);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.address;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '', `http://${this.address}`);
    const { authorization } = request.headers;
    this.requests.push({ line: `${request.method} ${url.pathname}${url.search}`, authorization });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const send = (status: number, headers: Record<string, string | number> = {}, content: Buffer | string = '') => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...headers });
      response.end(request.method === 'HEAD' ? undefined : content);
    };
    if (this.#refused < (this.#options.unavailable ?? 0)) {
      this.#refused++;
      return send(503, { 'retry-after': 0 });
    }
    if (url.pathname === '/token') {
      const known = authorization === `Basic ${Buffer.from('amy:secret').toString('base64')}`;
      const exchanged = new URLSearchParams(body.toString()).get('refresh_token') === 'identity';
      if (!known && !exchanged) return send(401, {}, '{"details":"who are you"}');
      const scopes = exchanged
        ? (new URLSearchParams(body.toString()).get('scope') ?? '')
        : url.searchParams.getAll('scope').join(' ');
      return send(200, {}, JSON.stringify({ token: `for ${scopes}`, expires_in: 300 }));
    }
    const refused = this.#unauthorized(authorization, request.method ?? '', url);
    if (refused)
      return send(401, { 'www-authenticate': refused }, '{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}');
    if (url.pathname === '/v2/') return send(200, {}, '{}');
    if (body.length > (this.#options.bodyLimit ?? Number.POSITIVE_INFINITY)) return send(413);
    if (url.pathname === '/v2/_catalog') {
      const names = [...this.manifests.keys()].map((key) => key.slice(0, key.indexOf(':')));
      return send(200, {}, JSON.stringify({ repositories: [...new Set(names)].sort() }));
    }
    const upload = /^\/v2\/(.+)\/blobs\/uploads\/([\w-]*)$/.exec(url.pathname);
    if (upload) return this.#upload(request, url, upload[1] as string, upload[2] as string, body, send);
    const blob = /^\/v2\/(.+)\/blobs\/(.+)$/.exec(url.pathname);
    if (blob) return this.#blob(request, response, `${blob[1]}@${blob[2]}`, blob[2] as string, send);
    const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname);
    if (manifest) return this.#manifest(request, manifest[1] as string, manifest[2] as string, body, send);
    const referrers = this.#options.referrers && /^\/v2\/(.+)\/referrers\/(.+)$/.exec(url.pathname);
    if (referrers) return this.#referrers(referrers[1] as string, referrers[2] as string, send);
    const tags = /^\/v2\/(.+)\/tags\/list$/.exec(url.pathname);
    if (tags) return this.#tags(url, tags[1] as string, send);
    return send(404);
  }

  #unauthorized(authorization: string | undefined, method: string, url: URL): string | undefined {
    const { auth = 'none' } = this.#options;
    if (auth === 'basic')
      return authorization === `Basic ${Buffer.from('amy:secret').toString('base64')}`
        ? undefined
        : 'Basic realm="a, b"';
    if (auth === 'none') return undefined;
    const repository = /^\/v2\/(.+)\/(?:blobs|manifests|tags)\//.exec(url.pathname)?.[1];
    const needed = `repository:${repository}:${['GET', 'HEAD'].includes(method) ? 'pull' : 'pull,push'}`;
    const granted = /^Bearer for (.*)$/.exec(authorization ?? '')?.[1];
    if (granted !== undefined && (!repository || granted.includes(needed.replace(/pull$/, 'pull')))) return undefined;
    return `Bearer realm="http://${this.address}/token",service="test",scope="${needed}"`;
  }

  #upload(request: IncomingMessage, url: URL, name: string, id: string, body: Buffer, send: Send): unknown {
    const location = (upload: string) => `/v2/${name}/blobs/uploads/${upload}?state=a%2Fb`;
    if (request.method === 'POST') {
      const mount = url.searchParams.get('mount');
      const found = mount && this.blobs.get(`${url.searchParams.get('from')}@${mount}`);
      if (found && this.#options.mounts !== false) {
        this.blobs.set(`${name}@${mount}`, found);
        return send(201, { location: `/v2/${name}/blobs/${mount}` });
      }
      const upload = randomUUID();
      this.#uploads.set(upload, Buffer.alloc(0));
      return send(202, { location: location(upload) });
    }
    const held = this.#uploads.get(id);
    if (!held || url.searchParams.get('state') !== 'a/b') return send(404);
    const all = Buffer.concat([held, body]);
    if (request.method === 'PATCH') {
      const [start] = (request.headers['content-range'] ?? '').split('-').map(Number);
      if (start !== held.length) return send(416, { location: location(id), range: `0-${held.length - 1}` });
      this.#uploads.set(id, all);
      return send(202, { location: location(id), range: `0-${all.length - 1}` });
    }
    if (request.method === 'GET') return send(204, { location: location(id), range: `0-${held.length - 1}` });
    const digest = url.searchParams.get('digest');
    if (digest !== `sha256:${createHash('sha256').update(all).digest('hex')}`)
      return send(400, {}, '{"errors":[{"code":"DIGEST_INVALID","message":"not that"}]}');
    this.blobs.set(`${name}@${digest}`, all);
    this.#uploads.delete(id);
    return send(201, { location: `/v2/${name}/blobs/${digest}` });
  }

  #blob(request: IncomingMessage, response: ServerResponse, key: string, digest: string, send: Send): unknown {
    const found = this.blobs.get(key);
    if (!found) return send(404);
    if (this.#options.redirectTo && request.method === 'GET')
      return send(307, { location: `${this.#options.redirectTo}/${digest}` });
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = found.subarray(start);
    if (request.method === 'GET' && this.#broken < (this.#options.breakBlobs ?? 0)) {
      this.#broken++;
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
      response.write(rest.subarray(0, Math.ceil(rest.length / 2)), () => response.destroy());
      return undefined;
    }
    return send(start > 0 ? 206 : 200, {}, rest);
  }

  #manifest(request: IncomingMessage, name: string, reference: string, body: Buffer, send: Send): unknown {
    if (request.method === 'PUT') {
      const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
      const entry = { type: request.headers['content-type'] ?? '', bytes: body };
      this.manifests.set(`${name}:${reference}`, entry).set(`${name}:${digest}`, entry);
      return send(201, { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest });
    }
    const found = this.manifests.get(`${name}:${reference}`);
    if (!found) return send(404, {}, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"none"}]}');
    const digest = `sha256:${createHash('sha256').update(found.bytes).digest('hex')}`;
    send(
      200,
      { 'content-type': found.type, ...(this.#options.withoutDigestHeader ? {} : { 'docker-content-digest': digest }) },
      found.bytes,
    );
  }

  #referrers(name: string, digest: string, send: Send): unknown {
    const manifests = [...this.manifests].flatMap(([key, { type, bytes }]) => {
      const { subject, artifactType } = JSON.parse(bytes.toString()) as Record<string, { digest?: string }>;
      const own = key.slice(name.length + 1);
      if (!key.startsWith(`${name}:sha256:`) || subject?.digest !== digest) return [];
      return [{ mediaType: type, digest: own, size: bytes.length, artifactType }];
    });
    const type = 'application/vnd.oci.image.index.v1+json';
    return send(200, { 'content-type': type }, JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
  }

  #tags(url: URL, name: string, send: Send): unknown {
    const all = [...this.manifests.keys()].filter((key) => key.startsWith(`${name}:`) && !key.includes('sha256'));
    const tags = all.map((key) => key.slice(name.length + 1)).sort();
    const from = tags.indexOf(url.searchParams.get('last') ?? '') + 1;
    const page = tags.slice(from, from + 2);
    const next = from + 2 < tags.length ? { link: `</v2/${name}/tags/list?last=${page.at(-1)}>; rel="next"` } : {};
    return send(200, next as Record<string, string>, JSON.stringify({ name, tags: page }));
  }
}

type Send = (status: number, headers?: Record<string, string | number>, content?: Buffer | string) => unknown;
