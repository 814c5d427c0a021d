import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { Tuple } from '../values.ts';

/** Paths of Windows, by Python's `ntpath`. */
export const win_basename = plugin('', (_, value) => /[^\\/]*$/.exec(splitDrive(toText(value))[1])?.[0] ?? '');
export const win_dirname = plugin('', (_, value) => {
  const [drive, path] = splitDrive(toText(value));
  const head = path.slice(0, path.length - (/[^\\/]*$/.exec(path)?.[0].length ?? 0));
  return drive + (/^[\\/]*$/.test(head) ? head : head.replace(/[\\/]+$/, ''));
});
export const win_splitdrive = plugin('', (_, value) => Tuple.of(...splitDrive(toText(value))) as Tuple);

const splitDrive = (path: string): [string, string] => {
  const [, drive = ''] = /^([A-Za-z]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/.exec(path) ?? [];
  return [drive, path.slice(drive.length)];
};
