import { loadJson } from '../json/load.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const from_json = plugin('**kw', (_, value) => loadJson(toText(value)));
