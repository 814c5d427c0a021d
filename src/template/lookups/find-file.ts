import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { taskFolders } from '../evaluate/loader.ts';
import type { Context } from '../plugin.ts';
import { TemplateError } from '../template-error.ts';

/** The places where a relative path of a lookup may mean a file: in the kind's folder of each task folder, then beside it. */
export const placesFor = (context: Context, path: string, kinds: readonly string[]): string[] => {
  const home = /^~(?=\/)/.test(path) ? path.replace('~', context.surroundings.environment.HOME ?? '~') : path;
  if (isAbsolute(home)) return [home];
  const folders = [...taskFolders(context.scope), context.surroundings.workingDirectory];
  return folders.flatMap((folder) => [...kinds.map((kind) => join(folder, kind, home)), resolve(folder, home)]);
};

/** The first of those places that exists; JavaScript's undefined where none does. */
export const findFile = (context: Context, path: string, kinds: readonly string[]): string | undefined =>
  placesFor(context, path, kinds).find((place) => statSync(place, { throwIfNoEntry: false }) !== undefined);

/** The same, for a file that must be there. */
export const requireFile = (context: Context, path: string, kinds: readonly string[]): string => {
  const found = findFile(context, path, kinds);
  if (found !== undefined) return found;
  throw new TemplateError(`the file '${path}' was not found`, {
    hint: `looked for ${placesFor(context, path, kinds).join(', ')}`,
  });
};
