import { isAbsolute, join } from 'node:path';
import type { Layer } from '../inventory/host-layers.ts';
import { type Decrypt, isFile, readVarsFile } from '../language/files.ts';
import type { Field, Vars } from '../language/playbook.ts';
import { positionOf } from '../language/positions.ts';
import { Reading } from '../language/reading.ts';
import { type Scope, Template, Undefined, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';

type Render = (value: Value, scope: Scope) => Value;

/**
 * A play's `vars_files`: each entry a file, or a list of which the first that exists is taken. Names may hold templates; they
 * are rendered with what the host knows without them, and one whose names are not defined yet is passed over until they are.
 */
export class VarsFiles {
  readonly #entries: readonly Value[];
  readonly #field: Field;
  readonly #folder: string;
  readonly #decrypt: Decrypt | undefined;
  readonly #render: Render;
  readonly #files = new Map<string, Layer>();
  /** Where no entry is a template, every host sees the same. */
  #same: readonly Layer[] | undefined;

  constructor(field: Field, folder: string, render: Render, decrypt: Decrypt | undefined) {
    this.#field = field;
    this.#folder = folder;
    this.#render = render;
    this.#decrypt = decrypt;
    this.#entries = field.value === null ? [] : Array.isArray(field.value) ? field.value : [field.value];
  }

  /** Throws a UserError for a file that is not there, where a host's variables are asked for the first time. */
  layers(scope: Scope): readonly Layer[] {
    if (this.#same) return this.#same;
    const layers = this.#entries.flatMap((entry) => this.#entry(entry, scope) ?? []);
    if (!hasTemplate(this.#entries)) this.#same = layers;
    return layers;
  }

  #entry(entry: Value, scope: Scope): Layer | undefined {
    const names = Array.isArray(entry) ? entry : [entry];
    const tried: string[] = [];
    let undefinedName = false;
    for (const each of names) {
      const name = this.#name(each, scope);
      if (name === undefined) {
        undefinedName = true;
        continue;
      }
      const path = isAbsolute(name)
        ? name
        : ([join(this.#folder, 'vars', name), join(this.#folder, name)].find(isFile) ?? join(this.#folder, name));
      tried.push(path);
      if (isFile(path)) return this.#file(path);
    }
    if (undefinedName) return undefined;
    throw new UserError({
      severity: 'error',
      message:
        tried.length === 1
          ? `there is no file of variables ${tried[0]}`
          : `none of these files of variables is there: ${tried.join(', ')}`,
      position: (Array.isArray(entry) && positionOf(entry, 0)) || this.#field.valuePosition,
    });
  }

  #name(value: Value, scope: Scope): string | undefined {
    if (!(value instanceof Template)) return String(value);
    try {
      const rendered = this.#render(value, scope);
      return rendered instanceof Undefined ? undefined : String(rendered);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  #file(path: string): Layer {
    let layer = this.#files.get(path);
    if (!layer) {
      const reading = new Reading();
      const vars: Vars = readVarsFile(reading, path, { decrypt: this.#decrypt, from: this.#field.valuePosition });
      reading.throwIfFailed();
      layer = { level: 14, name: `vars_files (${path})`, vars, place: (variable) => positionOf(vars, variable) };
      this.#files.set(path, layer);
    }
    return layer;
  }
}

const hasTemplate = (value: Value | readonly Value[]): boolean =>
  Array.isArray(value) ? value.some(hasTemplate) : value instanceof Template;
