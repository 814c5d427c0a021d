import { basename } from 'node:path';
import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, shown, table } from './report.ts';

/** `k8s-bm role outdated`: what is newer than the lock, within the ranges and beyond. Exit code 1 where something is. */
export const addOutdatedCommand = (role: Command): void => {
  addProjectOptions(role.command('outdated').description('list what has newer versions than the lock'))
    .option('--json', 'for programs')
    .action((flags: ProjectFlags & { readonly json?: boolean }) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project) => {
          const { outdated } = await import('../../registry/outdated.ts');
          const rows = await outdated(project);
          if (flags.json) print(JSON.stringify(rows, null, 2));
          else if (rows.length === 0) print('Everything is the newest.');
          else {
            table([
              ['NAME', 'LOCKED', 'IN RANGE', 'NEWEST'],
              ...rows.map(({ name, locked, inRange, newest }) => [name, shown(locked), shown(inRange), shown(newest)]),
            ]);
            if (rows.some(({ locked, inRange }) => locked !== inRange))
              print('k8s-bm role update takes what is in range.');
            if (rows.some(({ inRange, newest }) => inRange !== newest))
              print(
                `What is newer than that takes another range, in ${basename(project.file)} or where a role asks for it.`,
              );
          }
          if (rows.length > 0) process.exitCode = 1;
        }),
      ),
    );
};
