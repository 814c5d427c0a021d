import { realpathSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';

/** Paths on the controller, by Python's `os.path`. */
export const relpath = plugin("start='.'", (context, value, start) => {
  const from = (path: string): string => resolve(context.surroundings.workingDirectory, path);
  return posix.relative(from(toText(start)), from(toText(value))) || '.';
});

export const normpath = plugin('', (_, value) => {
  const path = posix.normalize(toText(value));
  return path.length > 1 ? path.replace(/\/$/, '') : path;
});

export const realpath = plugin('', (context, value) => {
  const path = resolve(context.surroundings.workingDirectory, toText(value));
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
});

export const commonpath = plugin('', (_, value) => {
  const paths = iterate(value).map(toText);
  const first = paths[0];
  if (first === undefined) throw new TemplateError('commonpath needs at least one path');
  const absolute = first.startsWith('/');
  if (paths.some((path) => path.startsWith('/') !== absolute))
    throw new TemplateError("Can't mix absolute and relative paths");
  const parts = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'));
  const [head = []] = parts;
  const end = head.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return (absolute ? '/' : '') + head.slice(0, end < 0 ? head.length : end).join('/');
});
