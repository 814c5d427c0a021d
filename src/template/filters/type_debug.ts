import { plugin } from '../plugin.ts';
import { typeName } from '../python/type-name.ts';

export const type_debug = plugin('', (_, value) => typeName(value), { takesUndefined: true });
