import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { publish } from '../../src/registry/publish.ts';
import type { OpenSources } from '../../src/registry/sources/sources.ts';

const count = 30;
const versions = ['1.0.0', '1.1.0', '1.2.0'];

/**
 * Publishes thirty roles in three versions each: a tree five deep whose leaves are shared, every role of the size that roles
 * are. Returns a requirements.yml that asks for its top.
 */
export const publishThirtyRoles = async (
  folder: string,
  prefix: string,
  sources: Pick<OpenSources, 'network'>,
): Promise<string> => {
  const address = (index: number): string => `${prefix}/${nameOf(index)}`;
  for (const version of versions)
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const place = join(folder, version, nameOf(index));
        await writeRole(place, index, version, address);
        await publish({ kind: 'role', folder: place, address: address(index), version }, sources);
      }),
    );
  return `roles:\n  - src: ${address(0)}\n    version: ^1.0\n`;
};

const nameOf = (index: number): string => `role_${String(index).padStart(2, '0')}`;

const writeRole = async (
  folder: string,
  index: number,
  version: string,
  address: (index: number) => string,
): Promise<void> => {
  const needed = [2 * index + 1, 2 * index + 2, index + 11].filter((other) => other < count);
  const dependencies = [...new Set(needed)].map((other) => `  - src: ${address(other)}\n    version: ^1.1\n`);
  const tasks = (part: string): string =>
    Array.from(
      { length: 12 },
      (_, n) => `- name: ${part} ${n}\n  file: {path: /srv/${part}-${n}, state: directory}\n`,
    ).join('');
  const files: Readonly<Record<string, string>> = {
    'README.md': `# ${nameOf(index)} ${version}\n${'What it does, in some words.\n'.repeat(40)}`,
    'meta/main.yml': `galaxy_info: {description: A role}\n${dependencies.length > 0 ? `dependencies:\n${dependencies.join('')}` : 'dependencies: []\n'}`,
    'defaults/main.yml': Array.from({ length: 30 }, (_, n) => `${nameOf(index)}_option_${n}: ${n}\n`).join(''),
    'handlers/main.yml': '- name: restart\n  service: {name: it, state: restarted}\n',
    'vars/Debian.yml': 'packages: [one, two]\n',
    'vars/RedHat.yml': 'packages: [one, two]\n',
    ...Object.fromEntries(
      ['main', 'install', 'configure', 'service'].map((part) => [`tasks/${part}.yml`, tasks(part)]),
    ),
    ...Object.fromEntries(
      ['app.conf.j2', 'unit.service.j2'].map((name) => [
        `templates/${name}`,
        '{{ option }} = {{ value }}\n'.repeat(30),
      ]),
    ),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
};
