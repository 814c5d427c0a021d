import type { Command } from 'commander';
import { runForCluster } from './cluster-run.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';

const afterHelp = `
Everything that is wrong with any host is told at once, sorted by host, with what to do about it. Nothing is written.
What deploy would then change: k8s-bm deploy INVENTORY --check.

Exit codes: 0 deploy may begin; 1 something is wrong with the inventory; 2 a host is not ready; 4 a host could not be
reached; 130 ended by Ctrl-C.`;

/** `k8s-bm check INVENTORY`: asks every host whether the cluster that the inventory describes can be built on it. */
export const configure = (command: Command): void => {
  addRunFlags(command.argument('<inventory>', "the cluster's inventory"))
    .addHelpText('after', afterHelp)
    .action((inventory: string, flags: RunFlags) =>
      runForCluster('check.yml', inventory, flags, async (exitCode) => {
        if (exitCode === 0 && !flags.json)
          process.stdout.write(`\nNothing stands in the way. To build the cluster:\n  k8s-bm deploy ${inventory}\n`);
      }),
    );
};
