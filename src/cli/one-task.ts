import type { Playbook } from '../language/playbook.ts';
import { readEntries } from '../language/plays.ts';
import { Reading } from '../language/reading.ts';
import { moduleNames } from '../run/known-modules.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';

/** One task on some hosts, as a playbook. Throws a UserError with what is wrong in it. */
export const oneTaskPlaybook = (hosts: string, moduleName: string, args?: string): Playbook => {
  const file = 'the command line';
  const reading = new Reading({ modules: moduleNames });
  const line = args === undefined ? null : /\{[{%#]/.test(args) ? new Template(args) : args;
  const task = new Map<Value, Value>([[moduleName, line]]);
  const play = new Map<Value, Value>([
    ['name', moduleName],
    ['hosts', hosts],
    ['gather_facts', false],
    ['tasks', [task]],
  ]);
  const entries = readEntries(reading, [play], file);
  // There is no line of a file to show.
  if (reading.failed) throw new UserError(reading.diagnostics.map((each) => ({ ...each, position: undefined })));
  return { file, entries };
};
