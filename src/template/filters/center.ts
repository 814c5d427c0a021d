import { plugin } from '../plugin.ts';
import { stringMethods } from '../python/string-methods.ts';
import { toText } from '../python/text.ts';

export const center = plugin(
  'width=80',
  (_, value, width) => stringMethods.center?.(toText(value), [width], new Map()) ?? '',
);
