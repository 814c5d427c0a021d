import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { runForCluster } from './cluster-run.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';

interface DeployFlags extends RunFlags {
  readonly kubeconfig?: string;
}

const afterHelp = `
Run again, it changes nothing; with a higher kubernetes_version, it upgrades. --check says what it would do.
The settings that an inventory may have: k8s-bm doc cluster.

Exit codes: 0 done; 1 something is wrong that was said before a host was touched; 2 a host failed; 4 a host could
not be reached; 130 ended by Ctrl-C. Whatever the code, the next run goes on where this one stopped.`;

/** `k8s-bm deploy INVENTORY`: builds the cluster that an inventory describes, changes it, or upgrades it. */
export const configure = (command: Command): void => {
  addRunFlags(command.argument('<inventory>', "the cluster's inventory"))
    .option('--kubeconfig <file>', 'where to write the kubeconfig (default: beside the inventory, with its name)')
    .addHelpText('after', afterHelp)
    .action(async (inventory: string, flags: DeployFlags) => {
      const kubeconfig = resolve(flags.kubeconfig ?? kubeconfigBeside(inventory));
      await runForCluster(
        'deploy.yml',
        inventory,
        { ...flags, extraVars: [...flags.extraVars, JSON.stringify({ kubeconfig_file: kubeconfig })] },
        (exitCode) => tellKubeconfig(kubeconfig, exitCode, flags),
      );
    });
};

/** `lab.kubeconfig` for `lab.yml`. */
const kubeconfigBeside = (inventory: string): string =>
  join(dirname(inventory), `${basename(inventory, extname(inventory))}.kubeconfig`);

const tellKubeconfig = async (file: string, exitCode: number, { check, json }: DeployFlags): Promise<void> => {
  if (exitCode !== 0 || check || json || !existsSync(file)) return;
  process.stdout.write(`\nThe cluster is up. To use it:\n  export KUBECONFIG=${file}\n`);
  if (!isInGitTree(dirname(file))) return;
  const { execa } = await import('execa');
  const ignored = await execa('git', ['check-ignore', '-q', '--', file], { cwd: dirname(file), reject: false });
  if (ignored.exitCode === 1) {
    process.stderr.write(
      `${file} gives all rights on the cluster, and git does not ignore it: add it to .gitignore.\n`,
    );
  }
};

const isInGitTree = (folder: string): boolean =>
  existsSync(join(folder, '.git')) || (folder !== dirname(folder) && isInGitTree(dirname(folder)));
