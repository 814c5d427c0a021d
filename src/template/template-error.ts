import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { formatPosition, type Position, positionWithin } from '../util/position.ts';
import type { Undefined } from './values.ts';

/** The text that a piece of a template comes from, and where that text begins. */
export interface Origin {
  readonly text: string;
  readonly position: Position | undefined;
  /** Where the template that used this one stands: for `template comes from`. */
  readonly usedBy?: { readonly origin: Origin; readonly at: number } | undefined;
}

/**
 * What goes wrong while a template is evaluated. Whoever throws it knows the reason; the nearest expression around fills in
 * the place; `toUserError` makes the message that a user sees.
 */
export class TemplateError extends Error {
  at: number | undefined;
  length = 1;
  origin: Origin | undefined;
  readonly undefinedValue: Undefined | undefined;
  hint: string | undefined;

  constructor(message: string, options: { undefined?: Undefined; hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.undefinedValue = options.undefined;
    this.hint = options.hint;
    if (options.undefined?.origin) {
      this.at = options.undefined.at;
      this.length = options.undefined.length;
      this.origin = options.undefined.origin;
    }
  }

  locate(origin: Origin, at: number, length: number): void {
    if (this.at !== undefined) return;
    this.at = at;
    this.length = length;
    this.origin = origin;
  }
}

/** A name, attribute or item that is not there and was used. Told apart, since `debug` and `until` live with it. */
export class UndefinedError extends UserError {
  override readonly name = 'UndefinedError';
}

/** The error for users: with the place of the fault and the places of the templates that led there. */
export const toUserError = (error: TemplateError): UserError => {
  const { origin, at } = error;
  const diagnostic: Diagnostic = {
    severity: 'error',
    message: error.message,
    position: origin && at !== undefined ? placeOf(origin, at) : undefined,
    length: error.length,
    hint: error.hint,
    trace: origin ? traceOf(origin) : [],
  };
  return error.undefinedValue
    ? new UndefinedError(diagnostic, { cause: error })
    : new UserError(diagnostic, { cause: error });
};

const placeOf = (origin: Origin, at: number): Position | undefined =>
  origin.position && positionWithin(origin.position, origin.text, at);

const traceOf = (origin: Origin): { label: string; position: Position }[] => {
  const trace: { label: string; position: Position }[] = [];
  for (let user = origin.usedBy; user; user = user.origin.usedBy) {
    const position = placeOf(user.origin, user.at);
    // A template that uses itself without end would be told a hundred times.
    if (position && trace.some((known) => formatPosition(known.position) === formatPosition(position))) continue;
    if (position) trace.push({ label: 'used from', position });
  }
  return trace;
};
