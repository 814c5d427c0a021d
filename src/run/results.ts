import type { Result } from '../modules/module.ts';
import type { Dict, Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { formatPosition } from '../util/position.ts';

/** Keys that begin with `_ansible_` are messages from modules to the engine, and no part of what is registered or shown. */
export const withoutMessages = (result: Result): Result => {
  for (const key of result.keys())
    if (typeof key === 'string' && key.startsWith('_ansible_'))
      return new Map([...result].filter(([name]) => !(typeof name === 'string' && name.startsWith('_ansible_'))));
  return result;
};

/** A result from plain pairs, in the order in which a user reads them. */
export const resultOf = (fields: Readonly<Record<string, Value | undefined>>): Result =>
  new Map(Object.entries(fields).filter((field): field is [string, Value] => field[1] !== undefined));

export const isFailed = (result: Dict): boolean => result.get('failed') === true;
export const isChanged = (result: Dict): boolean => result.get('changed') === true;
export const isSkipped = (result: Dict): boolean => result.get('skipped') === true;

/** What is registered for a task whose condition was false, as ansible-core returns it. */
export const skippedResult = (condition: Value): Result =>
  resultOf({
    changed: false,
    skipped: true,
    skip_reason: 'Conditional result was False',
    false_condition: condition,
  });

/**
 * Completes a module's result as ansible-core does before conditions see it: `changed`, `failed` (a return code other than
 * zero fails), and the lines of `stdout` and `stderr`.
 */
export const completeResult = (result: Result, changed: boolean): Result => {
  const complete: Result = new Map(result);
  if (!complete.has('changed')) complete.set('changed', changed);
  if (!complete.has('failed')) {
    const rc = complete.get('rc');
    complete.set('failed', rc !== undefined && rc !== null && rc !== 0 && rc !== '0');
  }
  for (const stream of ['stdout', 'stderr']) {
    const text = complete.get(stream);
    if (typeof text === 'string' && !complete.has(`${stream}_lines`)) complete.set(`${stream}_lines`, linesOf(text));
  }
  return complete;
};

/** Python's `splitlines` for the line ends that programs print. */
const linesOf = (text: string): Value[] => {
  if (text === '') return [];
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** A failed result from something thrown; undefined for what is no task's fault. */
export const failureOf = (error: unknown): Result | undefined => {
  const { name, message } = error as Error;
  if (error instanceof UserError) {
    const [first] = error.diagnostics;
    // What has a place is shown with its line and its hint; what has none is told by this text alone.
    const more = first?.position ? ` (${formatPosition(first.position)})` : first?.hint ? `; ${first.hint}` : '';
    return resultOf({ changed: false, failed: true, msg: `${first?.message ?? message}${more}` });
  }
  if (name === 'ModuleFailure') {
    const fields = (error as Error & { fields?: ReadonlyMap<string, Value> }).fields ?? new Map();
    return new Map<Value, Value>([
      ['changed', false],
      ...fields,
      ['failed', true],
      ['msg', fields.get('msg') ?? message],
    ]);
  }
  if (name === 'BecomeError') {
    const { hint } = error as Error & { hint?: string | undefined };
    return resultOf({ changed: false, failed: true, msg: hint ? `${message}; ${hint}` : message });
  }
  return undefined;
};

/** What a looped task registers: its items' results and what they come to. */
export const loopResult = (results: readonly Dict[]): Result => {
  if (results.length === 0)
    return resultOf({
      changed: false,
      skipped: true,
      skipped_reason: 'No items in the list',
      skip_reason: 'No items in the list',
      results: [],
      failed: false,
    });
  const failed = results.some(isFailed);
  const skipped = results.every(isSkipped);
  const warnings = results.flatMap((result) => (result.get('warnings') as Value[] | undefined) ?? []);
  return resultOf({
    results: [...results],
    ...(skipped ? { skipped: true } : {}),
    msg: failed ? 'One or more items failed' : skipped ? 'All items skipped' : 'All items completed',
    ...(failed ? { failed: true } : {}),
    changed: results.some(isChanged),
    ...(warnings.length > 0 ? { warnings } : {}),
  });
};

/** What a user may see of a result that `no_log` covers. */
export const censored = (result: Dict): Result => {
  const shown = resultOf({
    censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
  });
  for (const key of ['changed', 'failed', 'skipped', 'attempts', 'unreachable']) {
    const value = result.get(key);
    if (value !== undefined) shown.set(key, value);
  }
  const items = result.get('results');
  if (Array.isArray(items))
    shown.set(
      'results',
      items.map((item) => (item instanceof Map ? censored(item) : null)),
    );
  return shown;
};
