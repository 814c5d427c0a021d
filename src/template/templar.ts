import type { Diagnostic } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { Scope, Value } from './values.ts';

/**
 * What the engine asks of templates. Everything is synchronous; a template or an expression is compiled once per text.
 * Errors are UserErrors that carry the template's position and, for an undefined name, where the template came from.
 */
export interface Templar {
  /**
   * Renders every Template in `value`, deeply, and decrypts Vaulted leaves. A template that is one lone expression yields
   * that expression's value in its own type; any other yields a string. `omit` leaves are kept: the caller drops them.
   */
  render(value: Value, scope: Scope): Value;
  /** The value of a bare expression, as in `when:`; `position` is that of its text. */
  evaluate(expression: string, scope: Scope, position?: Position): Value;
  /** Renders the text of a template file: `#jinja2:` header, trim_blocks on, one trailing newline kept. */
  renderFile(text: string, scope: Scope, options: TemplateFileOptions): string;
  /**
   * The items of `with_<name>: terms`, where `terms` are rendered and put in a list if they are none. `options` are the
   * lookup's named arguments: `kind` tells `first_found` the folder of the role that a module's files lie in.
   */
  lookup(name: string, terms: Value, scope: Scope, options?: ReadonlyMap<string, Value>): readonly Value[];
  /** What is wrong with a text before any variable is known: syntax, filters, tests and lookups that do not exist. */
  check(source: string, kind: 'template' | 'expression', position?: Position): readonly Diagnostic[];
  /** Whether an expression or template calls something whose answer may differ next time (`now`, `random`, `lookup('pipe')` …). */
  isImpure(source: string, kind: 'template' | 'expression'): boolean;
  /**
   * Runs `work` with every impure filter, lookup and global throwing PendingTouched instead of being called, however deep in
   * a variable's own template it stands: the engine evaluates tasks ahead of their turn, and such a call belongs to the turn.
   */
  ahead<T>(work: () => T): T;
}

/** The keys of the `template` module that change how a file is rendered; Jinja2's own defaults but for trim_blocks, as Ansible. */
export interface TemplateFileOptions {
  readonly file: string;
  /** Where `include`, `import` and `extends` look, in order. */
  readonly searchPath: readonly string[];
  readonly trimBlocks?: boolean | undefined;
  readonly lstripBlocks?: boolean | undefined;
  readonly newlineSequence?: '\n' | '\r\n' | '\r' | undefined;
  readonly blockStart?: string | undefined;
  readonly blockEnd?: string | undefined;
  readonly variableStart?: string | undefined;
  readonly variableEnd?: string | undefined;
  readonly commentStart?: string | undefined;
  readonly commentEnd?: string | undefined;
}
