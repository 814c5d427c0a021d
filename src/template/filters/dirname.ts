import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Python's `os.path.dirname`. */
export const dirname = plugin('', (_, value) => directoryOf(toText(value)));

export const directoryOf = (path: string): string => {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '');
};
