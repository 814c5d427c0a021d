import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { play, type Told } from './play.ts';

/**
 * Playbooks of our own with what ansible-core told of them (`oracle/record.sh`): the same results for the same tasks on the
 * same hosts in the same order, the same recap, the same exit code; with look-ahead and without it.
 */
const folder = join(import.meta.dirname, 'cases');
const scratches: string[] = [];
afterAll(() => {
  for (const scratch of scratches) rmSync(scratch, { recursive: true, force: true });
});

/** Where we tell something else on purpose: `case: task` and the keys that differ. */
const differs: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(folder, 'differs.json'), 'utf8'),
);

const recorded = (name: string): { told: Told[]; recap: unknown; exit: number } => {
  const lines = readFileSync(join(folder, `${name}.events`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    told: lines.filter(
      (line) => /^(item-)?(ok|failed|skipped|unreachable)$/.test(line.kind) && !isInclusion(line.result),
    ),
    recap: lines.find(({ kind }) => kind === 'recap')?.recap,
    exit: lines.find(({ kind }) => kind === 'exit').exit,
  };
};

const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yml'))
  .map((file) => file.slice(0, -4));

describe.each(names)('%s', (name) => {
  const run = async (lookAhead: boolean) => {
    const scratch = mkdtempSync(join(tmpdir(), 'kb-case-'));
    scratches.push(scratch);
    return play({ folder, file: `${name}.yml`, scratch, lookAhead });
  };

  it('tells what ansible-core tells', async () => {
    const [expected, actual] = [recorded(name), await run(true)];
    expect(byHost(name, actual.told)).toEqual(byHost(name, expected.told));
    expect(actual.recap).toEqual(expected.recap);
    expect(actual.exit).toBe(expected.exit);
  });

  it('tells the same without look-ahead', async () => {
    const [ahead, alone] = [await run(true), await run(false)];
    expect(byHost(name, alone.told)).toEqual(byHost(name, ahead.told));
    expect(alone.recap).toEqual(ahead.recap);
  });
});

/** Includes are events of their own here, and a `meta` that does nothing says nothing. */
const isInclusion = (result: Told['result']): boolean =>
  'include_args' in result ||
  (Array.isArray(result.results) && result.results.some((item) => 'include_args' in item)) ||
  /^end_\w+ conditional evaluated to/.test(String(result.msg));

/** Hosts work side by side: which of them is first says nothing. */
const byHost = (name: string, told: readonly Told[]): Record<string, unknown[]> => {
  const sorted: Record<string, unknown[]> = {};
  for (const each of told) {
    sorted[each.host] ??= [];
    sorted[each.host]?.push(comparable(name, each));
  }
  return sorted;
};

/** What differs from run to run or from machine to machine, and says nothing about semantics. */
const volatile = new Set([
  // ansible-core has it since 2.20; what is stored here is older.
  'changed_when_result',
  'failed_when_suppressed_exception',
  'start',
  'end',
  'delta',
  'invocation',
  'diff',
  'warnings',
  'deprecations',
  'exception',
]);
/** Facts of files that two runs can't have in common. */
const ofFiles = new Set([
  'uid',
  'gid',
  'owner',
  'group',
  'size',
  'mode',
  'secontext',
  'dest',
  'src',
  'md5sum',
  'checksum',
]);

const comparable = (name: string, { kind, task, host, result }: Told): unknown => {
  const ignored = new Set([...(differs[`${name}: ${task}`] ?? []), ...(differs[name] ?? []), ...(differs['*'] ?? [])]);
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(
      ([key]) => !volatile.has(key) && !ofFiles.has(key) && !key.startsWith('_ansible') && !ignored.has(key),
    );
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  // The callbacks of ansible-core leave out what the kind of the event says.
  const { failed: _, skipped: __, unreachable: ___, ...rest } = result;
  return { kind, task, host, result: ignored.has('*') ? '…' : strip(rest) };
};
