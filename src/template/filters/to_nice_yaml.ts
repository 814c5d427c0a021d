import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import type { Value } from '../values.ts';
import { dumpYaml } from '../yaml/dump.ts';
import { dumpOptions } from './to_yaml.ts';

/** One item in a line, four columns deeper each, unless told otherwise. */
export const to_nice_yaml = plugin('indent=4, *args, **kw', (_, value, indent, _args, kw) =>
  dumpYaml(value, dumpOptions(kw as Map<string, Value>, false, asInteger(indent, 'indent'))),
);
