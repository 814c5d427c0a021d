import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';

/**
 * A YAML file read for its texts as they are written (`version: 1.10` is `1.10`), with their places, and for changing it
 * without losing its comments. Nothing in it is evaluated.
 */
export class YamlFile {
  readonly file: string;
  readonly document: Document;
  readonly #lines = new LineCounter();

  /** Throws a UserError with what is wrong. */
  constructor(file: string, text: string) {
    this.file = file;
    this.document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, logLevel: 'silent' });
    const [first] = this.document.errors;
    if (first) throw new UserError({ severity: 'error', message: first.message, position: this.#at(first.pos[0]) });
  }

  static read(file: string): YamlFile {
    return new YamlFile(file, readFileSync(file, 'utf8'));
  }

  get root(): Entry {
    return new Entry(this, this.document.contents);
  }

  positionOf(node: Node | null): Position {
    return this.#at(node?.range?.[0] ?? 0);
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** One node of a file. */
export class Entry {
  readonly #file: YamlFile;
  readonly node: Node | null;

  constructor(file: YamlFile, node: Node | null | undefined) {
    this.#file = file;
    this.node = (isAlias(node) ? node.resolve(file.document) : node) ?? null;
  }

  get position(): Position {
    return this.#file.positionOf(this.node);
  }

  /** Nothing, or `null` in any spelling. */
  get empty(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  /** A scalar as it is written, whatever YAML makes of it. */
  get text(): string | undefined {
    if (!isScalar(this.node) || this.node.value === null) return undefined;
    return this.node.type === 'PLAIN' ? (this.node.source ?? String(this.node.value)) : String(this.node.value);
  }

  get list(): readonly Entry[] | undefined {
    return isSeq(this.node) ? this.node.items.map((item) => new Entry(this.#file, item as Node)) : undefined;
  }

  get map(): readonly (readonly [string, Entry])[] | undefined {
    if (!isMap(this.node)) return undefined;
    return this.node.items.map(({ key, value }) => [
      new Entry(this.#file, key as Node).text ?? '',
      new Entry(this.#file, value as Node),
    ]);
  }

  /** The value of a mapping's key. */
  get(name: string): Entry | undefined {
    return this.map?.find(([key]) => key === name)?.[1];
  }

  /** The key itself, for what is wrong with it. */
  keyAt(name: string): Entry | undefined {
    if (!isMap(this.node)) return undefined;
    const keys = this.node.items.map(({ key }) => new Entry(this.#file, key as Node));
    return keys.find(({ text }) => text === name);
  }

  wrong(message: string, hint?: string): UserError {
    return new UserError({ severity: 'error', message, position: this.position, hint, length: this.text?.length });
  }
}
