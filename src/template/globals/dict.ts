import { plugin } from '../plugin.ts';
import { dictMethods } from '../python/dict-methods.ts';
import type { Dict, Value } from '../values.ts';

export const dict = plugin('*args, **kwargs', (_, args, kwargs) => {
  const result: Dict = new Map();
  dictMethods.update?.(result, args as Value[], kwargs as Map<string, Value>);
  return result;
});
