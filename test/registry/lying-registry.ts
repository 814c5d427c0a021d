import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';

/** What becomes of one answer; `true` where the lie has answered. */
export type Lie = (request: IncomingMessage, response: ServerResponse, honest: Buffer) => boolean;

/** A registry with one role in it, `k8s/etcd` 1.0.0, that wants a password and can be made to lie about anything. */
export class LyingRegistry {
  readonly requests: { line: string; authorization: string | undefined }[] = [];
  /** Asked before every answer, with the path behind `/v2/k8s/etcd/`: the name of the part, or `token`. */
  readonly lies = new Map<'manifests' | 'blobs' | 'tags' | 'token', Lie>();
  readonly layer: Buffer;
  readonly manifest: Buffer;
  readonly #server: Server;
  #closed = false;

  constructor(layer: Buffer) {
    this.layer = layer;
    const config = Buffer.from('{}');
    this.manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        artifactType: 'application/vnd.k8s-bm.role.v1',
        config: { mediaType: 'application/json', digest: digestOf(config), size: config.length },
        layers: [
          {
            mediaType: 'application/vnd.k8s-bm.role.content.v1.tar+gzip',
            digest: digestOf(layer),
            size: layer.length,
          },
        ],
      }),
    );
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.address;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Also ends answers that would never end by themselves. */
  get closed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): unknown {
    const { method, url = '', headers } = request;
    response.on('error', () => {});
    this.requests.push({ line: `${method} ${url}`, authorization: headers.authorization });
    if (url.startsWith('/token')) {
      if (this.lies.get('token')?.(request, response, Buffer.alloc(0))) return;
      return response.end(JSON.stringify({ token: 'canary-token', expires_in: 300 }));
    }
    if (headers.authorization !== 'Bearer canary-token') {
      const challenge = `Bearer realm="http://${this.address}/token",service="test",scope="repository:k8s/etcd:pull"`;
      return response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    const [, part, reference = ''] = /^\/v2\/k8s\/etcd\/(manifests|blobs|tags)\/([^?]+)/.exec(url) ?? [];
    if (!part) return response.writeHead(404).end();
    const honest = { manifests: this.manifest, blobs: this.layer, tags: Buffer.from('{"tags":["1.0.0"]}') }[
      part
    ] as Buffer;
    if (this.lies.get(part as 'blobs')?.(request, response, honest)) return;
    if (part === 'manifests' && !['1.0.0', digestOf(this.manifest)].includes(reference))
      return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const type = part === 'manifests' ? mediaTypes.manifest : 'application/octet-stream';
    response.writeHead(from > 0 ? 206 : 200, { 'content-type': type, 'content-length': honest.length - from });
    return response.end(honest.subarray(from));
  }
}
