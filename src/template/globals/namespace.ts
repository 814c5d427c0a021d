import { Namespace } from '../evaluate/namespace.ts';
import { plugin } from '../plugin.ts';
import { dictMethods } from '../python/dict-methods.ts';
import type { Dict, Value } from '../values.ts';

export const namespace = plugin('*args, **kwargs', (_, args, kwargs) => {
  const values: Dict = new Map();
  dictMethods.update?.(values, args as Value[], kwargs as Map<string, Value>);
  return new Namespace(values);
});
