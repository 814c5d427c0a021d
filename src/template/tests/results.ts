import { plugin } from '../plugin.ts';
import { isMapping } from '../python/dict.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Dict, Value } from '../values.ts';

/** What became of a task, asked of its registered result. */
const flag = (name: string, result: Value, key: string): boolean => {
  if (!isMapping(result)) {
    throw new TemplateError(`the test '${name}' needs the registered result of a task, not ${typeName(result)}`);
  }
  return truthy((result as Dict).get(key) ?? false);
};

export const failed = plugin('', (_, result) => flag('failed', result, 'failed'));
export const succeeded = plugin('', (_, result) => !flag('succeeded', result, 'failed'));
export const changed = plugin('', (_, result) => flag('changed', result, 'changed') || anyItemChanged(result as Dict));
export const skipped = plugin('', (_, result) => flag('skipped', result, 'skipped'));
export const unreachable = plugin('', (_, result) => flag('unreachable', result, 'unreachable'));
export const reachable = plugin('', (_, result) => !flag('reachable', result, 'unreachable'));
export const timedout = plugin('', (_, result) => flag('timedout', result, 'timedout') && hasPeriod(result as Dict));
export const started = plugin('', (_, result) => asynchronous('started', result, 'started'));
export const finished = plugin('', (_, result) => asynchronous('finished', result, 'finished'));

const anyItemChanged = (result: Dict): boolean => {
  const results = result.get('results');
  if (result.has('changed') || !Array.isArray(results)) return false;
  return results.some((item) => item instanceof Map && truthy(item.get('changed') ?? false));
};

const hasPeriod = (result: Dict): boolean => {
  const timedOut = result.get('timedout');
  return timedOut instanceof Map ? truthy(timedOut.get('period') ?? false) : true;
};

/** A task that was not asynchronous has started and finished. */
const asynchronous = (name: string, result: Value, key: string): boolean => {
  flag(name, result, key);
  return (result as Dict).has(key) ? truthy((result as Dict).get(key) as Value) : true;
};
