import type { Command } from 'commander';
import { addRunFlags, type RunFlags } from './run-flags.ts';

interface PlayFlags extends RunFlags {
  readonly listHosts: boolean;
  readonly listTasks: boolean;
  readonly listTags: boolean;
  readonly syntaxCheck: boolean;
}

/** `k8s-bm play site.yml -i hosts.yml`: runs playbooks in Ansible's format. */
export const configure = (command: Command): void => {
  addRunFlags(command.argument('<playbook...>', 'files of playbooks, run one after another'))
    .option('--list-hosts', 'list the hosts and do nothing else', false)
    .option('--list-tasks', 'list the tasks and do nothing else', false)
    .option('--list-tags', 'list the tags and do nothing else', false)
    .option('--syntax-check', 'read everything and do nothing else', false)
    .action(async (playbooks: string[], flags: PlayFlags) => {
      // Loaded here, so that --help and completion need not wait for the engine.
      const { executePlaybooks } = await import('./execute.ts');
      if (flags.listHosts || flags.listTasks || flags.listTags || flags.syntaxCheck) await list(playbooks, flags);
      else await executePlaybooks(playbooks, flags);
    });
};

const list = async (playbooks: readonly string[], flags: PlayFlags): Promise<void> => {
  const { readRun, told } = await import('./execute.ts');
  await told(async (signal) => {
    const { resolvePlaybooks } = await import('../run/run.ts');
    const { listing } = await import('../run/listing.ts');
    const options = await readRun(playbooks, flags, () => undefined, signal);
    const lines = listing(resolvePlaybooks(options), {
      hosts: flags.listHosts,
      tasks: flags.listTasks,
      tags: flags.listTags,
    });
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  });
};
