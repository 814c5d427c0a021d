import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Decrypt, isDirectory, isFile, readYamlFile } from '../language/files.ts';
import { Reading } from '../language/reading.ts';
import type { Scope, Value } from '../template/values.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { applyConstructed } from './constructed.ts';
import { expandHostNames } from './host-names.ts';
import { readIni } from './ini.ts';
import { Inventory } from './inventory.ts';
import { readScript } from './script.ts';
import { pluginOf, readYamlInventory } from './yaml-source.ts';

export interface InventoryOptions {
  readonly decrypt?: Decrypt | undefined;
  /** For `plugin: constructed`: the value of a bare expression. */
  readonly evaluate?: ((expression: string, scope: Scope) => Value) | undefined;
}

export interface LoadedInventory {
  readonly inventory: Inventory;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads every source in order into one inventory: a YAML, JSON or INI file, an executable, a folder of them, or names joined by
 * commas (`a,b` or `a,`). Later sources add to and override earlier ones; `plugin: constructed` files come last. Throws a
 * UserError with all that is wrong in all sources.
 */
export const loadInventory = (sources: readonly string[], options: InventoryOptions = {}): LoadedInventory => {
  const loader = new Loader(options);
  for (const source of sources) loader.source(source);
  return loader.finish();
};

class Loader {
  readonly #inventory = new Inventory();
  readonly #errors: Diagnostic[] = [];
  readonly #warnings: Diagnostic[] = [];
  readonly #constructed: { readonly file: string; readonly config: Value }[] = [];
  readonly #options: InventoryOptions;

  constructor(options: InventoryOptions) {
    this.#options = options;
  }

  source(name: string): void {
    if (name.includes(',')) {
      this.#inventory.sources.push({ name, file: undefined, folder: undefined });
      this.#inventory.reading = { file: name, folder: undefined };
      for (const part of name
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean))
        this.#try(() => this.#names(part));
      return;
    }
    const path = resolve(name);
    const directory = isDirectory(path);
    if (!directory && !isFile(path)) {
      this.#errors.push({
        severity: 'error',
        message: `there is no inventory ${name}`,
        hint: /^[\w.-]+$/.test(name) ? `to name a host itself, put a comma behind it: -i ${name},` : undefined,
      });
      return;
    }
    this.#inventory.sources.push({ name, file: path, folder: directory ? path : dirname(path) });
    if (directory) this.#folder(path);
    else this.#file(path);
  }

  finish(): LoadedInventory {
    this.#inventory.settle();
    for (const { file, config } of this.#constructed)
      this.#try(() => this.#warnings.push(...applyConstructed(this.#inventory, file, config, this.#options.evaluate)));
    this.#inventory.settle();
    if (this.#errors.length > 0) throw new UserError([...this.#errors, ...this.#warnings]);
    return { inventory: this.#inventory, warnings: this.#warnings };
  }

  #names(part: string): void {
    const { names, port } = expandHostNames(part);
    for (const name of names) {
      const host = this.#inventory.addHost(name, 'ungrouped');
      if (port !== undefined) host.set('ansible_port', port);
    }
  }

  #folder(path: string): void {
    const entries = readdirSync(path).filter((name) => !ignored.test(name) && !varsFolders.has(name));
    for (const name of entries.sort()) {
      const inner = join(path, name);
      if (isDirectory(inner)) this.#folder(inner);
      else this.#file(inner);
    }
  }

  #file(path: string): void {
    this.#inventory.reading = { file: path, folder: dirname(path) };
    this.#try(() => {
      if (isProgram(path)) readScript(this.#inventory, path);
      else if (/\.(ya?ml|json)$/.test(path)) this.#yaml(path);
      else readIni(this.#inventory, this.#text(path), path);
    });
    this.#inventory.reading = undefined;
  }

  #yaml(path: string): void {
    const reading = new Reading();
    const value = readYamlFile(reading, path, this.#options);
    const plugin = value === undefined ? undefined : pluginOf(value);
    if (plugin === undefined) {
      const { diagnostics } = readYamlInventory(this.#inventory, path, this.#options.decrypt);
      this.#warnings.push(...diagnostics);
    } else if (/^(ansible\.builtin\.)?constructed$/.test(plugin))
      this.#constructed.push({ file: path, config: value as Value });
    else
      this.#errors.push({
        severity: 'error',
        message: `the inventory plugin ${plugin} is a Python program, which can't run here`,
        position: { file: path, line: 1, column: 1 },
        hint: 'write its answer to a file: ansible-inventory --list --yaml',
      });
  }

  #text(path: string): string {
    const text = readFileSync(path, 'utf8');
    return text.startsWith('$ANSIBLE_VAULT;') && this.#options.decrypt ? this.#options.decrypt(text, path) : text;
  }

  #try(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#errors.push(...error.diagnostics);
    }
  }
}

/** What Ansible passes over in a folder of inventories. */
const ignored = /^\.|~$|\.(pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$/;
const varsFolders = new Set(['group_vars', 'host_vars', 'vars_plugins']);

/** An executable file, unless it is a text that only carries the bit, as on file systems that know none. */
const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  const start = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, start, 0, 4, 0);
  closeSync(file);
  return start.toString('latin1', 0, 2) === '#!' || start.toString('latin1', 1, 4) === 'ELF';
};
