import type { CommandEntry } from './command-entry.ts';

/** Every command, in the order of `--help`. A new one is a file beside this and a line here. */
export const commands: readonly CommandEntry[] = [
  { name: 'init', summary: 'write the inventory of a new cluster', load: () => import('./init.ts') },
  {
    name: 'check',
    summary: 'ask every host of a cluster what stands in the way; nothing is written',
    load: () => import('./check.ts'),
  },
  {
    name: 'deploy',
    summary: 'build, change or upgrade the cluster that an inventory describes',
    load: () => import('./deploy.ts'),
  },
  { name: 'play', summary: 'run playbooks', load: () => import('./play.ts') },
  { name: 'run', summary: 'run one task on some hosts', load: () => import('./run.ts') },
  {
    name: 'inventory',
    summary: 'list hosts and groups; tell which file and line a value comes from',
    load: () => import('./inventory.ts'),
  },
  {
    name: 'vault',
    summary: "encrypt and decrypt files and strings, as Ansible's vault",
    load: () => import('./vault.ts'),
  },
  {
    name: 'role',
    summary: 'roles and collections from registries, git and Galaxy: install, lock, update, publish',
    load: () => import('./role.ts'),
  },
  {
    name: 'doc',
    summary: 'what a cluster can be told, and every module with its options',
    load: () => import('./doc.ts'),
  },
  {
    name: 'schema',
    summary: 'the JSON schema of inventories and playbooks, for editors',
    load: () => import('./schema.ts'),
  },
  { name: 'lab', summary: 'hosts on this machine, to try things and for tests', load: () => import('./lab.ts') },
  { name: 'completion', summary: 'make a shell complete all this', load: () => import('./completion.ts') },
  { name: 'complete', summary: 'what may stand next', hidden: true, load: () => import('./complete.ts') },
];
