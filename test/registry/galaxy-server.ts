import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const fixtures = join(import.meta.dirname, '../fixtures/galaxy');

/** A stand-in for Galaxy: it answers with the recorded shapes of test/fixtures/galaxy, and gives the archives it is given. */
export class GalaxyServer {
  /** Name → bytes, under `/archive/`, `/moved/` (which redirects to it) and where v3 has its artifacts. */
  readonly archives = new Map<string, Buffer>();
  /** `METHOD path` and the Authorization of every request. */
  readonly requests: { line: string; authorization: string | undefined }[] = [];
  /** Answers other than the recorded ones: path → JSON. */
  readonly answers = new Map<string, string>();
  /** Where artifacts of v3 really are, as on a storage service. */
  storage: string | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.json')))
      this.answers.set(
        `/${file
          .replace(/\.json$/, '')
          .replaceAll('~', '/')
          .replace('!', '?')}`,
        readFileSync(join(fixtures, file), 'utf8'),
      );
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.address;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): unknown {
    this.requests.push({ line: `${method} ${url}`, authorization: headers.authorization });
    const redirect = (location: string) => response.writeHead(302, { location }).end();
    // As Galaxy itself redirects its short paths.
    const short = /^\/api\/v3\/collections\/(.*)$/.exec(url);
    if (short) return redirect(`/api/v3/plugin/ansible/content/published/collections/index/${short[1]}`);
    const [, place, name = ''] = /^\/(archive|moved|api\/v3\/.*\/artifacts)\/([^/]+)$/.exec(url) ?? [];
    if (place === 'moved') return redirect(`/archive/${name}`);
    if (place?.startsWith('api') && this.storage) return redirect(`${this.storage}/archive/${name}`);
    const archive = place ? this.archives.get(name) : undefined;
    if (archive) return response.writeHead(200, { 'content-length': archive.length }).end(archive);
    const text = this.answers.get(url);
    if (text === undefined) return response.writeHead(404).end('{"detail":"Not found."}');
    const filled = text.replaceAll('{server}', this.address).replace(/\{sha256 ([^}]+)\}/g, (_all, file: string) =>
      createHash('sha256')
        .update(this.archives.get(file) ?? '')
        .digest('hex'),
    );
    return response.writeHead(200, { 'content-type': 'application/json' }).end(filled);
  }
}
