import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addOfflineOption, addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print } from './report.ts';

/** `k8s-bm role verify`: holds every installed file against the lock. Exit code 1 where something differs. */
export const addVerifyCommand = (role: Command): void => {
  addOfflineOption(
    addProjectOptions(role.command('verify').description('hold what is installed against the lock, file by file')),
  ).action((flags: ProjectFlags) =>
    tellFailures((signal) =>
      withProject(flags, signal, async (project) => {
        const { verify } = await import('../../registry/verify.ts');
        const findings = await verify(project);
        for (const { name, problem } of findings) if (problem) print(`${name}: ${problem}`);
        const wrong = findings.filter(({ problem }) => problem).length;
        if (wrong > 0) process.exitCode = 1;
        else print(`All ${findings.length} are what ${project.lockFile} says.`);
      }),
    ),
  );
};
