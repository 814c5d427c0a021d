import { dumpJson } from '../json/dump.ts';
import { plugin } from '../plugin.ts';
import type { Value } from '../values.ts';
import { jsonOptions } from './to_json.ts';

/** Indented by four, with its keys in order. */
export const to_nice_json = plugin('indent=4, sort_keys=True, **kw', (_, value, indent, sortKeys, kw) =>
  dumpJson(value, jsonOptions(new Map(kw as Map<string, Value>).set('sort_keys', sortKeys), indent)),
);
