import type { Value } from '../template/values.ts';
import type { ShellText } from '../transport/shell/quote.ts';

/**
 * A family of facts: shell text that reads, and a pure function that makes facts of what it printed. The text prints
 * parts: `kb_part NAME` begins one, `kb_line NAME FILE` prints a file's first line as one (without starting a program),
 * `kb_file NAME FILE` a whole file; what cannot be read prints nothing.
 */
export interface FactFamily {
  /** As `gather_subset` names it. */
  readonly name: string;
  /** Other names in `gather_subset` that mean this family too: `hardware`, `network`, `virtual`. */
  readonly groups?: readonly string[] | undefined;
  /** Among what `gather_subset: min` gathers. */
  readonly minimal?: boolean | undefined;
  readonly shell: ShellText;
  parse(parts: Parts): readonly Fact[];
}

/** A fact's name, without `ansible_`, and its value. */
export type Fact = readonly [string, Value];

/** What a family's shell text printed. */
export class Parts {
  readonly #parts: ReadonlyMap<string, string>;

  constructor(parts: ReadonlyMap<string, string>) {
    this.#parts = parts;
  }

  has(name: string): boolean {
    return this.#parts.has(name);
  }

  /** A part's text without the last newline; empty where it was not printed. */
  text(name: string): string {
    return (this.#parts.get(name) ?? '').replace(/\n$/, '');
  }

  /** The lines of a part that are not empty. */
  lines(name: string): string[] {
    return this.text(name).split('\n').filter(Boolean);
  }

  /** Parts whose name begins so, by the rest of their name. */
  under(prefix: string): [string, string][] {
    return [...this.#parts.keys()].flatMap((name) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), this.text(name)] as [string, string]] : [],
    );
  }
}

/** A dict of facts. */
export const dict = (entries: Iterable<readonly [Value, Value]>): Map<Value, Value> => new Map(entries);
