import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type Context, plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';

/** Questions about paths on the controller. */
const at = (context: Context, value: Value): string => resolve(context.surroundings.workingDirectory, toText(value));

const stat = (context: Context, value: Value): Stats | undefined =>
  statSync(at(context, value), { throwIfNoEntry: false });

export const abs = plugin('', (_, value) => isAbsolute(toText(value)));
export const directory = plugin('', (context, value) => stat(context, value)?.isDirectory() ?? false);
export const exists = plugin('', (context, value) => stat(context, value) !== undefined);
export const file = plugin('', (context, value) => stat(context, value)?.isFile() ?? false);
export const link = plugin(
  '',
  (context, value) => lstatSync(at(context, value), { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
);
export const link_exists = plugin(
  '',
  (context, value) => lstatSync(at(context, value), { throwIfNoEntry: false }) !== undefined,
);
export const mount = plugin('', (context, value) => {
  const path = at(context, value);
  const [here, above] = [stat(context, value), statSync(resolve(path, '..'), { throwIfNoEntry: false })];
  return here !== undefined && above !== undefined && (here.dev !== above.dev || here.ino === above.ino);
});
export const same_file = plugin('other', (context, value, other) => {
  try {
    return realpathSync(at(context, value)) === realpathSync(at(context, other));
  } catch {
    return false;
  }
});
