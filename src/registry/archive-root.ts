import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused, shown } from './archive-names.ts';

/** What a role or a collection has at its top: an archive with one of these alone has no folder around it. */
const ownFolders = new Set([
  ...['defaults', 'files', 'handlers', 'library', 'meta', 'module_utils', 'tasks', 'templates', 'tests', 'vars'],
  ...['docs', 'playbooks', 'plugins', 'roles'],
]);

/** Where in an unpacked archive that lies which is wanted. Throws Refused where there is no such folder. */
export const rootOf = async (
  folder: string,
  { dropTop, subfolder }: { readonly dropTop?: boolean | undefined; readonly subfolder?: string | undefined },
): Promise<string> => {
  let root = dropTop ? await withoutTop(folder) : folder;
  // Step by step, since a link on the way would lead to what is not below.
  for (const part of subfolder?.split('/').filter((each) => each !== '' && each !== '.') ?? []) {
    root = join(root, part);
    const found = part === '..' ? undefined : await lstat(root).catch(() => undefined);
    if (!found?.isDirectory()) throw new Refused(`has no folder ${shown(subfolder ?? '')}`);
  }
  return root;
};

const withoutTop = async (folder: string): Promise<string> => {
  const found = await readdir(folder, { withFileTypes: true });
  const [only] = found;
  return found.length === 1 && only?.isDirectory() && !ownFolders.has(only.name) ? join(folder, only.name) : folder;
};
