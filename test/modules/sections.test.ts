import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readArguments } from '../../src/modules/arguments.ts';
import { fromPlain } from '../../src/modules/coerce.ts';
import type { Apply, Plan, Result } from '../../src/modules/module.ts';
import type { Value } from '../../src/template/values.ts';
import { encode } from '../../src/util/bytes.ts';
import { contextFor, hostModule } from './harness.ts';

/**
 * What modules make of a host's answer: each YAML file beside this one, in the folder of its module, lists cases.
 * `found` is what the look's sections say (text, or code and text); `script` is text that the apply must hold;
 * `reply` is what that apply answered, `applied` what is registered then. Results are compared in the keys given.
 */
interface Case {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly check?: boolean;
  readonly facts?: Record<string, unknown>;
  readonly found?: Record<string, string | { code: number; text?: string }>;
  readonly fails?: string;
  readonly outcome?: Plan['outcome'];
  readonly changes?: readonly string[];
  readonly result?: Record<string, unknown>;
  readonly diff?: { before: string; after: string };
  readonly script?: readonly string[];
  readonly stdin?: string;
  readonly reply?: { code?: number; stdout?: string; stderr?: string };
  readonly applied?: Record<string, unknown>;
}

const folders = ['packages', 'services', 'users', 'network', 'storage'].filter((folder) =>
  existsSync(join(import.meta.dirname, folder)),
);

for (const folder of folders) {
  const directory = join(import.meta.dirname, folder);
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.yml'))) {
    const moduleName = file.replace(/\.yml$/, '');
    describe(moduleName, () => {
      for (const each of parse(readFileSync(join(directory, file), 'utf8'), { merge: true }) as Case[]) {
        it(each.name, async () => {
          if (each.fails === undefined) return runCase(moduleName, each);
          await expect(runCase(moduleName, each)).rejects.toThrow(each.fails);
        });
      }
    });
  }
}

const runCase = async (moduleName: string, each: Case): Promise<void> => {
  const module = hostModule(moduleName);
  const context = contextFor({ check: each.check ?? false, facts: each.facts ?? {} });
  const wanted = module.prepare(readArguments(module, fromPlain(each.args) as Map<Value, Value>), context);
  const look = module.look?.(wanted, context);
  const stdout = encode(sectionsText(each.found ?? {}));
  const found = look?.parse({ code: 0, stdout, stderr: new Uint8Array(), timedOut: false, durationMs: 1 });
  const plan = module.plan(wanted, found, context);
  if (each.outcome) expect(plan.outcome).toBe(each.outcome);
  if (each.changes) expect(plan.changes.map(words)).toEqual(each.changes);
  if (each.diff) expect(plan.diff?.[0]).toMatchObject(each.diff);
  expectFields(plan.result, each.result);
  if (!each.script && !each.applied && !each.reply && each.stdin === undefined) return;
  const apply = module.apply?.(wanted, found, plan, context) as Apply;
  for (const text of each.script ?? []) expect(apply.script.text.text.replace(/ +/g, ' ')).toContain(text);
  if (each.stdin !== undefined) expect(new TextDecoder().decode(apply.script.stdin)).toBe(each.stdin);
  if (!each.applied && !each.reply) return;
  const { code = 0, stdout: said = '', stderr = '' } = each.reply ?? {};
  const reply = { code, stdout: encode(said), stderr: encode(stderr), timedOut: false, durationMs: 1 };
  expectFields((await apply.finish(reply)) as Result, each.applied);
};

const words = ({ what, before, after }: Plan['changes'][number]): string => `${what}: ${before} → ${after}`;

const sectionsText = (found: NonNullable<Case['found']>): string =>
  Object.entries(found)
    .map(([name, section]) => {
      const { code, text = '' } = typeof section === 'string' ? { code: 0, text: section } : section;
      return `@${name} ${code}\n${text.replace(/^/gm, ' ')}\n`;
    })
    .join('');

const expectFields = (result: Result, fields: Record<string, unknown> | undefined): void => {
  for (const [key, value] of Object.entries(fields ?? {}))
    expect([key, result.get(key)]).toEqual([key, value === null ? undefined : fromPlain(value)]);
};
