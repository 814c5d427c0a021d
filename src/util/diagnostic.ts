import { formatPosition, type Position } from './position.ts';

/**
 * One thing that is wrong with what a user wrote: where, what, and what to do about it.
 * Collected, so that all of them are said at once; `language/diagnostics.ts` prints them with the line and a caret.
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** One sentence, without a full stop when it ends in a name. */
  readonly message: string;
  readonly position?: Position | undefined;
  /** How many characters the caret underlines. */
  readonly length?: number | undefined;
  /** What was meant, or what to type. */
  readonly hint?: string | undefined;
  /** Places that led here, outermost last: `included from …`, `template comes from …`. */
  readonly trace?: readonly { readonly label: string; readonly position: Position }[] | undefined;
}

/** An error that a user can cause and mend. Anything else that is thrown is a bug of ours and may show a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[], options?: ErrorOptions) {
    const all = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
    super(all.map((d) => (d.position ? `${formatPosition(d.position)}: ${d.message}` : d.message)).join('\n'), options);
    this.diagnostics = all;
  }
}
