import { posix } from 'node:path';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Python's `os.path.basename`: nothing behind a last slash. */
export const basename = plugin('', (_, value) => toText(value).slice(toText(value).lastIndexOf(posix.sep) + 1));
