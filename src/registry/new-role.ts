import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import { isName } from './locate.ts';

/** Makes the folder of a new role and returns its files. Throws a UserError where something is there already. */
export const newRole = (folder: string): readonly string[] => {
  const name = basename(folder);
  if (!isName('role', name))
    throw new UserError({
      severity: 'error',
      message: `'${name}' can't be the name of a role`,
      hint: 'letters, digits, . _ and - can',
    });
  if (existsSync(folder)) throw new UserError({ severity: 'error', message: `${folder} is there already` });
  return Object.entries(filesOf(name)).map(([path, text]) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
};

const filesOf = (name: string): Readonly<Record<string, string>> => ({
  'meta/main.yml': `galaxy_info:
  role_name: ${name}
  description: What ${name} does, in a sentence
  # Semantic: a change that breaks a user's play is a new first number.
  version: 0.1.0
  license: Apache-2.0
  min_ansible_version: "2.16"

# Roles that run before this one, with the versions that will do:
#   - src: oci://registry.example/roles/docker
#     version: ^2.1
dependencies: []
`,
  'meta/argument_specs.yml': `argument_specs:
  main:
    short_description: What ${name} does, in a sentence
    options: {}
`,
  'defaults/main.yml': `# What a user may change, each with its meaning. Names begin with the role's: ${variable(name)}_port.
{}
`,
  'tasks/main.yml': `- name: Say that there is nothing to do yet
  ansible.builtin.debug:
    msg: "{{ ansible_role_name }} does nothing yet"
`,
  'handlers/main.yml': '[]\n',
  'README.md': `# ${name}

What it does, on which systems, and with which variables.
`,
});

const variable = (name: string): string => name.replace(/^.*\./, '').replaceAll(/[^A-Za-z0-9_]/g, '_');
