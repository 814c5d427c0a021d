import type { Command } from 'commander';
import type { Playbook } from '../language/playbook.ts';
import { readEntries } from '../language/plays.ts';
import { Reading } from '../language/reading.ts';
import { moduleNames } from '../run/known-modules.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { executePlaybooks, told } from './execute.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';

interface OneTaskFlags extends RunFlags {
  readonly moduleName: string;
  readonly args?: string;
}

/** `k8s-bm run web -m service -a 'name=nginx state=restarted'`: one task on some hosts, without a playbook. */
export const configure = (command: Command): void => {
  addRunFlags(command.argument('<hosts>', 'a pattern of hosts'))
    .option('-m, --module-name <module>', 'what to run', 'command')
    .option('-a, --args <arguments>', 'its arguments: name=value, or a line for modules that take one')
    .action(async (hosts: string, flags: OneTaskFlags) => {
      let playbook: Playbook | undefined;
      await told(async () => {
        playbook = playbookOf(hosts, flags);
      });
      if (playbook) await executePlaybooks([playbook], flags);
    });
};

const playbookOf = (hosts: string, { moduleName, args }: OneTaskFlags): Playbook => {
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
