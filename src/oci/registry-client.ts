import { pipeline, Readable } from 'node:stream';
import { type Descriptor, manifestTypes } from './descriptor.ts';
import { checkDigest, digestOf, isDigest, verifying } from './digest.ts';
import { RegistryError } from './registry-error.ts';
import { RegistryHttp } from './registry-http.ts';
import type { RegistryAnswer, RegistryOptions } from './registry-request.ts';
import type { Store } from './store.ts';
import { upload } from './upload.ts';

/** A manifest larger than this is an attack or a mistake (distribution specification 1.1, "Pushing manifests"). */
const manifestLimit = 4 * 1024 * 1024;

/** Bytes of one page of tags, tags of one repository, and pages of them. */
const pageLimit = 8 * 1024 * 1024;
const tagLimit = 100_000;
const tagPages = 1000;

/** How often a download that broke off is taken up again. */
const resumeLimit = 8;

/** A registry by the distribution specification 1.1. Errors are RegistryErrors, in words for a user. */
export class RegistryClient {
  readonly registry: string;
  readonly http: RegistryHttp;

  constructor(registry: string, options: RegistryOptions = {}) {
    this.registry = registry;
    this.http = new RegistryHttp(registry, options);
  }

  /** Whether a registry answers here. Throws where it does not, or wants credentials that are not there. */
  async ping(): Promise<void> {
    const answer = await this.http.send({ method: 'GET', url: '/v2/', asked: this.registry, expect: [200] });
    await answer.body.dump();
  }

  repository(name: string, options: { readonly chunkBytes?: number } = {}): Repository {
    return new Repository(this.http, name, options.chunkBytes);
  }

  async close(): Promise<void> {
    await this.http.close();
  }
}

/** One repository of a registry. */
export class Repository implements Store {
  readonly http: RegistryHttp;
  readonly repository: string;
  readonly #chunkBytes: number | undefined;

  constructor(http: RegistryHttp, repository: string, chunkBytes: number | undefined) {
    this.http = http;
    this.repository = repository;
    this.#chunkBytes = chunkBytes;
  }

  get name(): string {
    return `${this.http.registry}/${this.repository}`;
  }

  async resolve(reference: string): Promise<Descriptor | undefined> {
    const answer = await this.http.send({
      ...this.#manifestRequest(reference),
      method: 'HEAD',
      expect: [200, 404],
    });
    await answer.body.dump();
    if (answer.status === 404) return undefined;
    const size = Number(answer.headers['content-length']);
    const digest = answer.headers['docker-content-digest'] ?? (isDigest(reference) ? reference : '');
    // The header is the specification's SHOULD: without it only the content itself tells.
    if (!isDigest(digest) || !Number.isSafeInteger(size) || size === 0)
      return (await this.#fetch(reference)).descriptor;
    return { mediaType: mediaType(answer), digest, size };
  }

  /** What a tag or a digest stands for and its bytes, in one request; undefined where the registry has no such thing. */
  async fetch(reference: string): Promise<{ readonly descriptor: Descriptor; readonly bytes: Buffer } | undefined> {
    try {
      const found = await this.#fetch(reference);
      if (isDigest(reference)) checkDigest(found.bytes, reference, `the manifest of ${this.name}`);
      return found;
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return undefined;
      throw error;
    }
  }

  async manifest(descriptor: Descriptor): Promise<Buffer> {
    const { bytes } = await this.#fetch(descriptor.digest);
    checkDigest(bytes, descriptor.digest, `the manifest of ${this.name}`);
    return bytes;
  }

  async blob(descriptor: Descriptor): Promise<Readable> {
    const first = await this.#blobFrom(descriptor, 0);
    return pipeline(Readable.from(this.#resuming(descriptor, first)), verifying(descriptor, this.name), () => {});
  }

  async has({ digest }: Descriptor): Promise<boolean> {
    const answer = await this.http.send({
      method: 'HEAD',
      url: `/v2/${this.repository}/blobs/${digest}`,
      asked: `${digest} of ${this.name}`,
      scopes: this.#scopes('pull'),
      expect: [200, 404],
    });
    await answer.body.dump();
    return answer.status === 200;
  }

  async putBlob(
    descriptor: Descriptor,
    open: () => Readable | Promise<Readable>,
    { mountFrom }: { readonly mountFrom?: string } = {},
  ): Promise<void> {
    const scopes = [...this.#scopes('pull,push'), ...(mountFrom ? [`repository:${mountFrom}:pull`] : [])];
    const { http, repository } = this;
    await upload({ http, repository, scopes, descriptor, open, mountFrom, chunkBytes: this.#chunkBytes });
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag?: string): Promise<Descriptor> {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    const answer = await this.http.send({
      ...this.#manifestRequest(tag ?? descriptor.digest),
      method: 'PUT',
      scopes: this.#scopes('pull,push'),
      headers: { 'content-type': mediaType },
      body: () => bytes,
      expect: [201],
    });
    await answer.body.dump();
    return descriptor;
  }

  /** Every tag, through all pages; none where the repository does not exist. */
  async tags(): Promise<string[]> {
    const found: string[] = [];
    const pages = new Set<string>();
    for (let url: string | URL | undefined = `/v2/${this.repository}/tags/list`; url; ) {
      const answer: RegistryAnswer = await this.http.send({
        method: 'GET',
        url,
        asked: `the tags of ${this.name}`,
        scopes: this.#scopes('pull'),
        expect: [200, 404],
      });
      if (answer.status === 404) return this.http.drop(answer).then(() => found);
      const page = parseTags(await this.http.read(answer, pageLimit, `the tags of ${this.name}`));
      if (!page) throw new RegistryError(`the tags of ${this.name}: the registry answered with something else`);
      found.push(...page);
      pages.add(answer.url.href);
      const next = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(answer.headers.link ?? '')?.[1];
      url = next === undefined || page.length === 0 ? undefined : new URL(next, answer.url);
      if (found.length > tagLimit || (url && (pages.has(url.href) || pages.size >= tagPages)))
        throw new RegistryError(`the list of the tags of ${this.name} comes to no end`);
    }
    return found;
  }

  async #fetch(reference: string): Promise<{ descriptor: Descriptor; bytes: Buffer }> {
    const answer = await this.http.send({ ...this.#manifestRequest(reference), method: 'GET', expect: [200] });
    const bytes = await this.http.read(answer, manifestLimit, `${reference} of ${this.name}`);
    return { bytes, descriptor: { mediaType: mediaType(answer), digest: digestOf(bytes), size: bytes.length } };
  }

  #manifestRequest(reference: string) {
    return {
      url: `/v2/${this.repository}/manifests/${reference}`,
      asked: `${reference} of ${this.name}`,
      scopes: this.#scopes('pull'),
      headers: { accept: manifestTypes.join(', ') },
    };
  }

  #scopes(actions: string): string[] {
    return [`repository:${this.repository}:${actions}`];
  }

  #blobFrom({ digest }: Descriptor, start: number): Promise<RegistryAnswer> {
    return this.http.send({
      method: 'GET',
      url: `/v2/${this.repository}/blobs/${digest}`,
      asked: `${digest} of ${this.name}`,
      scopes: this.#scopes('pull'),
      headers: start > 0 ? { range: `bytes=${start}-` } : {},
      expect: start > 0 ? [200, 206] : [200],
    });
  }

  /** A blob's bytes; a connection that drops on the way is taken up where it broke, as long as it gets further. */
  async *#resuming(descriptor: Descriptor, first: RegistryAnswer): AsyncGenerator<Buffer> {
    let received = 0;
    let answer = first;
    for (let before = -1, resumed = 0; ; resumed++) {
      // A registry without ranges answers 200 and begins at the beginning.
      let skip = answer.status === 206 ? 0 : received;
      try {
        for await (const part of this.http.steady(answer)) {
          const rest = part.subarray(Math.min(skip, part.length));
          skip -= part.length - rest.length;
          received += rest.length;
          if (rest.length > 0) yield rest;
        }
        return;
      } catch (error) {
        if (received === before || received >= descriptor.size || resumed >= resumeLimit)
          throw this.http.broken(`${descriptor.digest} of ${this.name}`, error);
        before = received;
      }
      answer = await this.#blobFrom(descriptor, received);
    }
  }
}

const mediaType = ({ headers }: RegistryAnswer): string => (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';

const parseTags = (body: Buffer): string[] | undefined => {
  try {
    const tags: unknown = (JSON.parse(body.toString('utf8')) as { tags?: unknown }).tags ?? [];
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : undefined;
  } catch {
    return undefined;
  }
};
