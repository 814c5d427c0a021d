import type { Command } from 'commander';
import type { Playbook } from '../language/playbook.ts';
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
      // Loaded here, so that --help and completion need not wait for the engine.
      const { executePlaybooks, told } = await import('./execute.ts');
      const { oneTaskPlaybook } = await import('./one-task.ts');
      let playbook: Playbook | undefined;
      await told(async () => {
        playbook = oneTaskPlaybook(hosts, flags.moduleName, flags.args);
      });
      if (playbook) await executePlaybooks([playbook], flags, { answers: true });
    });
};
