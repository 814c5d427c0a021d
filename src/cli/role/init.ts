import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { print } from './report.ts';

/** `k8s-bm role init NAME`: the folder of a new role. */
export const addInitCommand = (role: Command): void => {
  role
    .command('init')
    .description('make the folder of a new role')
    .argument('<name>', 'the role, or the path of its folder')
    .action((name: string) =>
      tellFailures(async () => {
        const { newRole } = await import('../../registry/new-role.ts');
        for (const file of newRole(name)) print(`+ ${file}`);
      }),
    );
};
