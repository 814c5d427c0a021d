import type { Readable } from 'node:stream';
import type { Descriptor } from './descriptor.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryHttp } from './registry-http.ts';
import type { RegistryAnswer } from './registry-request.ts';

export interface Upload {
  readonly http: RegistryHttp;
  readonly repository: string;
  readonly scopes: readonly string[];
  readonly descriptor: Descriptor;
  readonly open: () => Readable | Promise<Readable>;
  readonly mountFrom?: string | undefined;
  /** Above this many bytes a blob goes in pieces of this size; undefined: whole, and in pieces only where it must. */
  readonly chunkBytes?: number | undefined;
}

/** Where a proxy before the registry lets no whole blob through. */
const smallChunk = 8 * 1024 * 1024;

/**
 * Sends a blob (distribution specification 1.1, "Pushing blobs"): mounted from another repository where the registry can,
 * else whole in one request, else in pieces, each of which can be tried again by itself.
 */
export const upload = async (wanted: Upload): Promise<void> => {
  const { descriptor, chunkBytes } = wanted;
  const location = await begin(wanted, wanted.mountFrom);
  if (!location) return;
  if (chunkBytes !== undefined && descriptor.size > chunkBytes) return inChunks(wanted, location, chunkBytes);
  const whole = await wanted.http.send({
    ...common(wanted),
    method: 'PUT',
    url: withDigest(location, descriptor),
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(descriptor.size) },
    body: wanted.open,
    expect: [201, 204, 413],
  });
  await whole.body.dump();
  if (whole.status !== 413) return;
  const again = await begin(wanted);
  if (again) await inChunks(wanted, again, smallChunk);
};

const begin = async (wanted: Upload, mountFrom?: string): Promise<URL | undefined> => {
  const { http, repository, descriptor } = wanted;
  const mount = mountFrom ? `?mount=${descriptor.digest}&from=${mountFrom}` : '';
  const answer = await http.send({
    ...common(wanted),
    method: 'POST',
    url: `/v2/${repository}/blobs/uploads/${mount}`,
    headers: { 'content-length': '0' },
    expect: mountFrom ? [201, 202] : [202],
  });
  await answer.body.dump();
  return answer.status === 201 ? undefined : locationOf(answer, wanted);
};

const inChunks = async (wanted: Upload, start: URL, chunkBytes: number): Promise<void> => {
  let location = start;
  let sent = 0;
  for await (const chunk of pieces(await wanted.open(), chunkBytes)) {
    const answer = await wanted.http.send({
      ...common(wanted),
      method: 'PATCH',
      url: location,
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(chunk.length),
        'content-range': `${sent}-${sent + chunk.length - 1}`,
      },
      body: () => chunk,
      expect: [202, 416],
    });
    await answer.body.dump();
    // 416 after a try that the registry had kept and whose answer was lost: it says how far it came.
    location =
      answer.status === 416 ? await resumed(wanted, location, sent + chunk.length) : locationOf(answer, wanted);
    sent += chunk.length;
  }
  const answer = await wanted.http.send({
    ...common(wanted),
    method: 'PUT',
    url: withDigest(location, wanted.descriptor),
    headers: { 'content-length': '0' },
    expect: [201, 204],
  });
  await answer.body.dump();
};

const resumed = async (wanted: Upload, location: URL, expected: number): Promise<URL> => {
  const answer = await wanted.http.send({ ...common(wanted), method: 'GET', url: location, expect: [204] });
  await answer.body.dump();
  const end = Number(/-(\d+)$/.exec(answer.headers.range ?? '')?.[1] ?? Number.NaN);
  if (end + 1 !== expected)
    throw new RegistryError(`${common(wanted).asked}: the registry has ${end + 1} of ${expected} bytes of the upload`);
  return locationOf(answer, wanted);
};

const common = ({ http, repository, descriptor, scopes }: Upload) => ({
  scopes,
  asked: `sending ${descriptor.digest} to ${http.registry}/${repository}`,
});

const locationOf = (answer: RegistryAnswer, wanted: Upload): URL => {
  if (!answer.headers.location) throw new RegistryError(`${common(wanted).asked}: the registry did not say where to`);
  return new URL(answer.headers.location, answer.url);
};

const withDigest = (location: URL, { digest }: Descriptor): URL => {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url;
};

async function* pieces(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    held.push(chunk);
    length += chunk.length;
    while (length >= size) {
      const all = Buffer.concat(held);
      yield all.subarray(0, size);
      held = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
