import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { RegistryError } from '../../oci/registry-error.ts';
import { type ExtractOptions, extractArchive } from '../extract.ts';
import type { Fetched, Offer, Source, Wanted } from '../source.ts';
import { atWish, refuse } from './at-wish.ts';
import { authorizationOf, type Network, shownUrl, type WebRequest } from './network.ts';

/** A role or collection as a tar.gz: a file of this machine, or a URL. */
export class ArchiveSource implements Source {
  readonly kind = 'archive';
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  async versions(): Promise<readonly Offer[]> {
    return [];
  }

  fetch(wanted: Wanted, { integrity }: Offer, into: string): Promise<Fetched> {
    const { src, subfolder, position } = wanted;
    return atWish(wanted, async () => {
      const options = { position, expected: integrity, dropTop: true, subfolder };
      if (/^https?:\/\//i.test(src)) {
        const request = { authorization: authorizationOf(wanted) };
        return { integrity: await downloadArchive(this.#network, new URL(src), request, into, options) };
      }
      const file = createReadStream(src);
      return { integrity: await extractArchive(file, into, { ...options, what: src }).catch(unreadable(wanted)) };
    });
  }
}

/** How often a download that broke off begins anew: servers of archives rarely go on in the middle. */
const tries = 3;

/** Unpacks what a URL gives, as `extractArchive` does, and tells its digest. */
export const downloadArchive = async (
  network: Network,
  url: URL,
  request: WebRequest,
  into: string,
  options: Omit<ExtractOptions, 'what'>,
): Promise<string> => {
  const what = shownUrl(url);
  for (let attempt = 1; ; attempt++) {
    const { answer, http } = await network.get(url, request);
    const body = Readable.from(
      (async function* () {
        try {
          yield* http.steady(answer);
        } catch (error) {
          throw http.broken(what, error);
        }
      })(),
    );
    try {
      return await extractArchive(body, into, { ...options, what });
    } catch (error) {
      if (attempt >= tries || !(error instanceof RegistryError)) throw error;
    } finally {
      answer.body.destroy();
    }
  }
};

const unreadable =
  (wanted: Wanted) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code === 'ENOENT') throw refuse(wanted, `there is no file ${wanted.src}`);
    if (error.code === 'EISDIR' || error.code === 'EACCES')
      throw refuse(
        wanted,
        `${wanted.src} cannot be read: ${error.code === 'EISDIR' ? 'it is a folder' : 'not allowed'}`,
      );
    throw error;
  };
