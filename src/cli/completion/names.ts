import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, visit } from 'yaml';
import { loadInventory } from '../../inventory/load.ts';
import { readAnsibleConfig } from '../../language/ansible-cfg.ts';
import { packageRoot } from '../../util/package-root.ts';

/** What an option or argument of this name takes: hosts and groups, tags, or roles; nothing for a file or a free text. */
export const namesFor = (option: string, command: string, words: readonly string[], typed: string): string[] => {
  switch (option) {
    case 'limit':
    case 'pattern':
    case 'host':
      return listed(typed, hostsAndGroups(command, words));
    case 'tags':
    case 'skipTags':
      return listed(typed, tagsOf(command, words));
    case 'role':
      return rolesIn('roles');
    default:
      return [];
  }
};

/** The last of names joined by commas or colons is completed: `web1,db` becomes `web1,db1`. */
const listed = (typed: string, names: readonly string[]): string[] => {
  const start = typed.replace(/[^,:]*$/, '');
  return names.map((name) => `${start}${name}`);
};

const hostsAndGroups = (command: string, words: readonly string[]): string[] => {
  const sources = words.flatMap((word, at) => (['-i', '--inventory'].includes(word) ? (words[at + 1] ?? []) : []));
  const first = words.find((word) => !word.startsWith('-'));
  if (['deploy', 'check'].includes(command) && first && existsSync(first)) sources.unshift(first);
  if (sources.length === 0)
    sources.push(...(readAnsibleConfig({ cwd: process.cwd(), home: '', environment: process.env }).inventory ?? []));
  try {
    const { inventory } = loadInventory(sources);
    return [...inventory.groups.keys(), ...inventory.hosts.keys()];
  } catch {
    return [];
  }
};

const shipped = packageRoot();

/** Every tag that stands in the playbooks named on the line and in the roles beside them; deploy's own with deploy. */
const tagsOf = (command: string, words: readonly string[]): string[] => {
  const deploys = command === 'deploy' || command === 'check';
  const playbooks = deploys
    ? [join(shipped, `playbooks/${command}.yml`)]
    : words.filter((word) => /\.ya?ml$/.test(word));
  const roles = deploys ? join(shipped, 'roles') : 'roles';
  const files = [
    ...playbooks,
    ...rolesIn(roles).flatMap((role) => {
      const tasks = join(roles, role, 'tasks');
      return existsSync(tasks) ? readdirSync(tasks).map((file) => join(tasks, file)) : [];
    }),
  ].filter((file) => /\.ya?ml$/.test(file) && existsSync(file));
  return files.flatMap((file) => tagsIn(readFileSync(file, 'utf8')));
};

const tagsIn = (text: string): string[] => {
  const found: string[] = [];
  visit(parseDocument(text), {
    Pair: (_, pair) => {
      const { key, value } = pair as { key?: { value?: unknown }; value?: { toJSON?: () => unknown } };
      if (key?.value !== 'tags') return;
      for (const tag of [value?.toJSON?.()].flat()) if (typeof tag === 'string') found.push(...tag.split(/\s*,\s*/));
    },
  });
  return found.filter((tag) => !tag.includes('{{'));
};

const rolesIn = (folder: string): string[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
};
