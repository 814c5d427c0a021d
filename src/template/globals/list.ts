import type { Plugin } from '../plugin.ts';
import { omit } from '../values.ts';
import { cycler } from './cycler.ts';
import { dict } from './dict.ts';
import { joiner } from './joiner.ts';
import { lipsum } from './lipsum.ts';
import { lookup, query } from './lookup.ts';
import { namespace } from './namespace.ts';
import { now } from './now.ts';
import { range } from './range.ts';
import { undef } from './undef.ts';

/** The functions that every template can call. */
export const globals: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ['cycler', cycler],
  ['dict', dict],
  ['joiner', joiner],
  ['lipsum', lipsum],
  ['lookup', lookup],
  ['namespace', namespace],
  ['now', now],
  ['q', query],
  ['query', query],
  ['range', range],
  ['undef', undef],
]);

/** Globals that ask a lookup, named by their first argument. */
export const lookupFunctions: ReadonlySet<string> = new Set(['lookup', 'query', 'q']);

/** Globals that are no functions. */
export const constants = new Map([['omit', omit]]);
