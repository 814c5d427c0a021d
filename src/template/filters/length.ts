import { plugin } from '../plugin.ts';
import { sizeOf } from '../python/iterate.ts';

export const length = plugin('', (_, value) => sizeOf(value));
