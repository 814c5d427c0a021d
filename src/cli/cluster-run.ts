import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSettings } from '../run/context.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { packageRoot } from '../util/package-root.ts';
import { tellFailures } from './failures.ts';
import type { RunFlags } from './run-flags.ts';

/**
 * Runs one of the cluster's own playbooks for the cluster that `inventory` describes, after its settings were held against
 * what they may be; exit codes as `executePlaybooks`. Roles and playbook come from a registry where the inventory says so.
 */
export const runForCluster = async (
  playbook: 'check.yml' | 'deploy.yml',
  inventory: string,
  flags: RunFlags,
  after?: (exitCode: number) => Promise<void>,
): Promise<void> => {
  if (!existsSync(inventory) && !inventory.includes(','))
    return tellFailures(async () => {
      const hint = `k8s-bm init ${inventory} writes one`;
      throw new UserError({ severity: 'error', message: `there is no inventory ${inventory}`, hint });
    });
  const shipped = packageRoot();
  let home = shipped;
  // Loaded here, so that --help and completion need not wait for the engine.
  const { executePlaybooks } = await import('./execute.ts');
  await executePlaybooks(
    [join(shipped, 'playbooks', playbook)],
    { ...flags, inventory: [inventory, ...flags.inventory] },
    {
      byRole: true,
      rolesPath: [join(shipped, 'roles')],
      shipped: true,
      choose: async (loaded, settings, signal) => {
        const { publishedCluster } = await import('./cluster-roles.ts');
        const published = await publishedCluster(inventory, { ...loaded, extraVars: settings.extraVars }, signal);
        if (published === undefined) return undefined;
        home = published;
        return { playbooks: [join(home, 'playbooks', playbook)], rolesPath: [join(home, 'roles')] };
      },
      before: async (run) => {
        const { clusterInventory } = await import('../cluster/inventory.ts');
        const { readVersionTable } = await import('../cluster/version-table.ts');
        const { validateCluster } = await import('../cluster/validate.ts');
        const table = readVersionTable(join(home, 'roles/cluster/vars/main.yml'));
        const described = clusterInventory(inventory, { ...run, extraVars: run.settings.extraVars });
        const problems = [...unknownTags(run.settings, join(home, 'roles')), ...validateCluster(described, table)];
        if (problems.length > 0) throw new UserError(problems);
      },
      ...(after && { after }),
    },
  );
};

const tagsOfAnsible = ['all', 'always', 'never', 'tagged', 'untagged'];

/** A deploy's tags are the names of its roles: another one would leave out everything, and say that all went well. */
const unknownTags = ({ tags, skipTags }: RunSettings, roles: string): Diagnostic[] => {
  const known = [...readdirSync(roles), ...tagsOfAnsible];
  const unknown = [...tags, ...skipTags].filter((tag) => !known.includes(tag));
  return unknown.map((tag) => {
    const meant = nearest(tag, known);
    const hint = meant ? `did you mean ${meant}?` : 'the tags are the names of the roles in playbooks/deploy.yml';
    return { severity: 'error', message: `no role of a deploy has the tag '${tag}'`, hint };
  });
};
