/** A template that can't be read: what is wrong and at which character of its text. Turned into a Diagnostic by `check`. */
export class TemplateSyntaxError extends Error {
  readonly at: number;
  readonly length: number;
  readonly hint: string | undefined;
  constructor(message: string, at: number, length = 1, hint?: string) {
    super(message);
    this.at = at;
    this.length = length;
    this.hint = hint;
  }
}
