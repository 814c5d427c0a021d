import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { type Decrypt, isFile } from '../language/files.ts';
import type { Role, TaskNode } from '../language/playbook.ts';
import { Reading } from '../language/reading.ts';
import { findRole, type PlayedRoles, type RoleFiles, readRole, readTaskFile } from '../language/roles.ts';
import type { TaskKind } from '../language/tasks.ts';
import type { Module } from '../modules/module.ts';
import { findModule, nearestModule } from '../modules/modules.ts';
import { decode } from '../util/bytes.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { validateArgumentSpec } from './argument-specs.ts';
import { asyncStatus } from './async.ts';
import { moduleNames } from './known-modules.ts';
import type { RoleInstance } from './tree.ts';

export interface SourcesOptions {
  /** The folder of the playbook under way. */
  readonly playbookDir: string;
  /** Folders with roles, besides `roles/` beside the playbook. */
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly played?: PlayedRoles | undefined;
  readonly decrypt?: Decrypt | undefined;
  readonly decryptFile: (content: Uint8Array) => Uint8Array;
  readonly warn: (diagnostic: Diagnostic) => void;
}

/** Task files, roles and modules as the playbook under way finds them; each file is read once. */
export class Sources {
  readonly playbookDir: string;
  readonly #options: SourcesOptions;
  readonly #files = new Map<string, readonly TaskNode[]>();
  readonly #roles = new Map<string, Role>();
  readonly #texts = new Map<string, { readonly text: string; readonly seen: string }>();

  constructor(options: SourcesOptions) {
    this.playbookDir = options.playbookDir;
    this.#options = options;
  }

  /** Throws a UserError for a module that there is not. */
  module({ name, position }: { readonly name: string; readonly position: Position }): Module {
    const module = findModule(name) ?? engineModules.get(name.replace(/^ansible\.(builtin|legacy)\./, ''));
    if (module) return module;
    const meant = nearestModule(name);
    throw new UserError({
      severity: 'error',
      message: `the module ${name} is not written here, so this task can't run`,
      position,
      length: name.length,
      hint: meant === undefined ? undefined : `did you mean ${meant}?`,
    });
  }

  /** A file of the controller; decrypted, where Ansible Vault has encrypted it. */
  readFile(path: string, decrypt = true): Uint8Array {
    const content = readFileSync(path);
    const vaulted = content.subarray(0, vaultHeader.length).equals(vaultHeader);
    return vaulted && decrypt ? this.#options.decryptFile(content) : content;
  }

  /** The text of a template file, which a task before may have written. */
  readText(path: string): string {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path);
    const seen = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
    const known = this.#texts.get(path);
    if (known?.seen === seen) return known.text;
    const text = decode(this.readFile(path));
    this.#texts.set(path, { text, seen });
    return text;
  }

  /**
   * Where the file that a task includes is: beside the including file, in the role's `tasks/` or `handlers/`, beside the
   * playbook.
   */
  findTasks(name: string, role: RoleInstance | undefined, position: Position, from = position.file): string {
    const roles = role ? [role.path, ...(role.use.parents ?? []).map(({ role: { path } }) => path).reverse()] : [];
    const folders = [
      dirname(from),
      ...roles.flatMap((path) => [join(path, 'tasks'), join(path, 'handlers'), path]),
      this.playbookDir,
    ];
    const tried = [...new Set(isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)))];
    const found = tried.find(isFile);
    if (found !== undefined) return found;
    throw new UserError({
      severity: 'error',
      message: `there is no file '${name}' to include`,
      position,
      length: name.length,
      hint: `looked for ${tried.join(', ')}`,
    });
  }

  taskFile(file: string, kind: TaskKind): readonly TaskNode[] {
    const key = `${kind}\0${file}`;
    let nodes = this.#files.get(key);
    if (!nodes) {
      nodes = this.#read((reading) => readTaskFile(reading, file, kind, this.#options.decrypt));
      this.#files.set(key, nodes);
    }
    return nodes;
  }

  role(
    name: string,
    user: RoleInstance | undefined,
    files: RoleFiles,
    position: Position,
    collections: readonly string[],
  ): Role {
    const beside = user ? [dirname(user.path)] : [];
    const roles = [join(this.playbookDir, 'roles'), ...beside, ...this.#options.rolesPath, this.playbookDir];
    const played = this.#options.played?.(name, user?.path);
    const path =
      played?.path ?? findRole(name, { roles, collections: this.#options.collectionsPath }, position, collections);
    const key = JSON.stringify([path, files]);
    let role = this.#roles.get(key);
    if (!role) {
      const options = { ...files, decrypt: this.#options.decrypt, from: position };
      const read = this.#read((reading) => readRole(reading, path, options));
      // A role of a collection is called by its full name, as its user wrote it.
      role = played || !name.includes('/') ? { ...read, name: played?.name ?? name } : read;
      this.#roles.set(key, role);
    }
    return role;
  }

  #read<T>(read: (reading: Reading) => T): T {
    const reading = new Reading({ modules: moduleNames });
    const result = read(reading);
    reading.throwIfFailed();
    for (const diagnostic of reading.diagnostics) this.#options.warn(diagnostic);
    return result;
  }
}

const vaultHeader = Buffer.from('$ANSIBLE_VAULT;');

/** Modules that are about roles and plays, and so live with the engine. */
const engineModules: ReadonlyMap<string, Module> = new Map(
  [validateArgumentSpec, asyncStatus].map((module) => [module.name, module]),
);
