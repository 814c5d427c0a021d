import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { Tuple } from '../values.ts';

/** Python's `os.path.splitext`: dots at the beginning of a name begin no extension. */
export const splitext = plugin('', (_, value) => {
  const [, root = '', extension = ''] = /^(.*?(?:[^/.][^/]*?)?)((?<=[^/.][^/]*)\.[^./]*)?$/s.exec(toText(value)) ?? [];
  return Tuple.of(root, extension) as Tuple;
});
