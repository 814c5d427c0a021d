import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { extractArchive } from '../extract.ts';
import { packFolder } from '../pack.ts';
import type { Fetched, Offer, Source, Wanted } from '../source.ts';
import { atWish, refuse } from './at-wish.ts';

/** A role or collection in a folder of this machine. It is packed and unpacked, so the same checks hold as for any other. */
export class FolderSource implements Source {
  readonly kind = 'folder';

  async versions(): Promise<readonly Offer[]> {
    return [];
  }

  fetch(wanted: Wanted, { integrity }: Offer, into: string): Promise<Fetched> {
    return atWish(wanted, async () => {
      const folder = join(wanted.src, wanted.subfolder ?? '');
      if (!(await stat(folder).catch(() => undefined))?.isDirectory())
        throw refuse(wanted, `there is no folder ${folder}`);
      const what = { what: folder, position: wanted.position, expected: integrity };
      return { integrity: await extractArchive(packFolder(folder), into, what) };
    });
  }
}
