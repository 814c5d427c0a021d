import { basename, dirname, isAbsolute, join } from 'node:path';
import { taskFolders } from '../evaluate/loader.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';
import { globFiles } from './glob.ts';

/** The files that a pattern matches, in the first folder of the task that has the pattern's own folder. */
export const fileglob = plugin(
  '',
  (context, terms) =>
    (terms as Value[]).flatMap((term) => {
      const pattern = toText(term);
      const { workingDirectory } = context.surroundings;
      if (isAbsolute(pattern)) return globFiles(pattern, workingDirectory);
      const folders = [...taskFolders(context.scope), workingDirectory].flatMap((folder) => [
        join(folder, 'files'),
        folder,
      ]);
      for (const folder of folders) {
        const found = globFiles(join(folder, dirname(pattern), basename(pattern)), workingDirectory);
        if (found.length > 0) return found;
      }
      return [];
    }),
  { impure: true },
);
