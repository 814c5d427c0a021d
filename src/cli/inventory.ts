import { homedir } from 'node:os';
import type { Command } from 'commander';
import { graphInventory, listHost, listInventory, printJson } from '../inventory/list.ts';
import { type LoadedInventory, loadInventory } from '../inventory/load.ts';
import { VarsFolders } from '../inventory/vars-folders.ts';
import { type AnsibleConfig, readAnsibleConfig } from '../language/ansible-cfg.ts';
import { printDiagnostics } from '../language/diagnostics.ts';
import type { Decrypt } from '../language/files.ts';
import { createTemplar } from '../template/create-templar.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { createVariables } from '../variables/create-variables.ts';
import { explainVariable } from '../variables/explain.ts';
import { readExtraVars } from '../variables/extra-vars.ts';
import { tellFailures } from './failures.ts';
import { addVaultFlags, openVault, type VaultFlags } from './vault-flags.ts';

interface InventoryFlags extends VaultFlags {
  readonly inventory: readonly string[];
  readonly list?: boolean;
  readonly graph?: boolean | string;
  readonly host?: string;
  readonly explain?: readonly string[];
  readonly playbookDir?: string;
  readonly extraVars: readonly string[];
}

/** `k8s-bm inventory`: what the inventories say, and which file and line a value comes from. */
export const configure = (command: Command): void => {
  addVaultFlags(command)
    .option('-i, --inventory <source>', 'a file, folder or program, or names with commas; may be repeated', collect, [])
    .option('--list', 'every host with its variables, and the groups, as JSON')
    .option('--graph [group]', 'groups and hosts as a tree')
    .option('--host <host>', 'the variables of one host as JSON')
    .option(
      '--explain <host-and-variable...>',
      'where a value comes from, and what it overrode: --explain web1 http_port',
    )
    .option('--playbook-dir <folder>', 'read group_vars and host_vars beside a playbook in this folder too')
    .option('-e, --extra-vars <vars>', 'variables: name=value, YAML or JSON, or @FILE', collect, [])
    .action((flags: InventoryFlags) => tellFailures((signal) => show(flags, signal)));
};

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const show = async (flags: InventoryFlags, signal: AbortSignal): Promise<void> => {
  const config = readAnsibleConfig({ cwd: process.cwd(), home: homedir(), environment: process.env });
  warn(config.warnings);
  const vault = await openVault(flags, config, signal);
  const decrypt: Decrypt = (text, file) => vault.decrypt(text, file);
  const loaded = load(flags, config, decrypt);
  warn(loaded.warnings);
  const folders = new VarsFolders(decrypt);
  const { inventory } = loaded;
  if (flags.explain) {
    const [host, name, ...rest] = flags.explain;
    if (host === undefined || name === undefined || rest.length > 0)
      throw new UserError({
        severity: 'error',
        message: '--explain takes a host and the name of a variable',
        hint: 'such as --explain web1 http_port',
      });
    findHost(loaded, host);
    const templar = createTemplar({ environment: process.env, workingDirectory: process.cwd() });
    const variables = createVariables({
      inventory,
      folders,
      decrypt,
      extraVars: readExtraVars(flags.extraVars, { decrypt }),
      playbookDir: flags.playbookDir,
      render: (value, scope) => templar.render(value, scope),
    });
    print(explainVariable(variables, host, name, process.cwd()));
  } else if (flags.host !== undefined) {
    findHost(loaded, flags.host);
    print(printJson(listHost(inventory, folders, flags.host, flags.playbookDir) ?? {}));
  } else if (flags.graph !== undefined && flags.graph !== false) {
    const top = flags.graph === true ? 'all' : flags.graph;
    if (!inventory.groups.has(top)) throw noSuch('group', top, inventory.groups.keys());
    print(graphInventory(inventory, top));
  } else print(printJson(listInventory(inventory, folders, flags.playbookDir)));
};

const load = (flags: InventoryFlags, config: AnsibleConfig, decrypt: Decrypt): LoadedInventory => {
  const sources = flags.inventory.length > 0 ? flags.inventory : (config.inventory ?? []);
  if (sources.length === 0)
    throw new UserError({
      severity: 'error',
      message: 'no inventory was named',
      hint: 'add -i FILE, or set inventory in ansible.cfg',
    });
  const templar = createTemplar({ environment: process.env, workingDirectory: process.cwd() });
  return loadInventory(sources, { decrypt, evaluate: (expression, scope) => templar.evaluate(expression, scope) });
};

const findHost = ({ inventory }: LoadedInventory, name: string): void => {
  if (!inventory.host(name)) throw noSuch('host', name, inventory.hosts.keys());
};

const noSuch = (what: string, name: string, names: Iterable<string>): UserError => {
  const meant = nearest(name, names);
  return new UserError({
    severity: 'error',
    message: `there is no ${what} ${name} in the inventory`,
    hint: meant && `did you mean ${meant}?`,
  });
};

const warn = (diagnostics: readonly Diagnostic[]): void => {
  if (diagnostics.length > 0) process.stderr.write(printDiagnostics(diagnostics, { cwd: process.cwd() }));
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
