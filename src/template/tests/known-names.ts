import { filters } from '../filters/list.ts';
import { resolvePlugin } from '../names.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { tests } from './list.ts';

/** Whether there is a filter or a test of a name. */
export const filter = plugin('', (_, name) => resolvePlugin(filters, toText(name)) !== undefined);
export const test = plugin('', (_, name) => resolvePlugin(tests, toText(name)) !== undefined);
