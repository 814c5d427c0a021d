import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/modules/arguments.ts';
import { plain } from '../../../src/modules/coerce.ts';
import { encode } from '../../../src/util/bytes.ts';
import { contextFor, hostModule } from '../harness.ts';

const planFor = (selection: string, said: string) => {
  const module = hostModule('dpkg_selections');
  const context = contextFor({});
  const wanted = module.prepare(
    readArguments(
      module,
      new Map([
        ['name', 'curl'],
        ['selection', selection],
      ]),
    ),
    context,
  );
  const reply = { code: 0, stdout: encode(said), stderr: new Uint8Array(), timedOut: false, durationMs: 1 };
  return module.plan(wanted, module.look?.(wanted, context).parse(reply), context);
};

describe('dpkg_selections', () => {
  it('holds what is not held', () => {
    const plan = planFor('hold', 'curl\t\t\tinstall\n');
    expect(plan.outcome).toBe('change');
    expect(plain(plan.result)).toEqual({ changed: true, before: 'install', after: 'hold' });
  });

  it('leaves alone what is', () => {
    expect(planFor('hold', 'curl\t\thold\n').outcome).toBe('nothing');
  });

  it('tells a package that dpkg does not know', () => {
    expect(plain(planFor('hold', '').result)).toEqual({ changed: true, before: 'not present', after: 'hold' });
  });
});
