import { relative } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../util/diagnostic.ts';
import { formatPosition } from '../../util/position.ts';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, shown } from './report.ts';

/** `k8s-bm role why NAME`: every way from requirements.yml to it. */
export const addWhyCommand = (role: Command): void => {
  addProjectOptions(role.command('why').description('tell who needs a role'))
    .argument('<role>', 'the role or collection')
    .action((name: string, flags: ProjectFlags) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project) => {
          const { chainsTo } = await import('../../registry/graph.ts');
          const { emptyLock } = await import('../../registry/lock.ts');
          const lock = project.lock() ?? emptyLock;
          const chains = chainsTo(name, project.asked(), lock);
          if (chains.length === 0)
            throw new UserError({
              severity: 'error',
              message: `nobody needs ${name} here`,
              hint: `there are: ${[...lock.packages.values()].map((each) => each.name).join(', ') || 'no locked roles'}`,
            });
          for (const chain of chains) {
            for (const [depth, { locked, asked, wanted }] of chain.entries()) {
              const range = asked === '*' ? 'any version' : asked;
              const position = wanted && { ...wanted.position, file: relative(process.cwd(), wanted.position.file) };
              const where = position ? `, ${formatPosition(position)}` : '';
              print(`${'  '.repeat(depth)}${locked.name} ${shown(locked.version)}  (${range}${where})`);
            }
          }
        }),
      ),
    );
};
