import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The plain files that a shell pattern matches, its folders included; hidden ones only where the pattern names the dot. */
export const globFiles = (pattern: string, base: string): string[] =>
  expand(resolve(base, pattern)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

const expand = (path: string): string[] => {
  if (!/[*?[]/.test(path)) return [path];
  const folder = dirname(path);
  const name = path.slice(folder === '/' ? 1 : folder.length + 1);
  const folders = expand(folder).filter((each) => statSync(each, { throwIfNoEntry: false })?.isDirectory());
  if (!/[*?[]/.test(name)) return folders.map((each) => join(each, name));
  const regex = globRegex(name);
  return folders.flatMap((each) =>
    readdirSync(each)
      .filter((entry) => regex.test(entry) && (name.startsWith('.') || !entry.startsWith('.')))
      .map((entry) => join(each, entry)),
  );
};

/** The regular expression of one name in a shell pattern, as Python's `fnmatch` reads it. */
export const globRegex = (pattern: string): RegExp => {
  const body = pattern.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[.+^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${body}$`, 's');
};
