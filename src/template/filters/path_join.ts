import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const path_join = plugin('*more', (_, value) =>
  joinPaths(Array.isArray(value) ? value.map(toText) : [toText(value)]),
);

/** Python's `os.path.join`: an absolute part begins anew. */
export const joinPaths = (parts: readonly string[]): string =>
  parts.reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part;
    return path.endsWith('/') ? path + part : `${path}/${part}`;
  });
