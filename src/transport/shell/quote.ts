/**
 * Shell text that is safe to send. Only `sh` makes it, and `sh` quotes whatever is put into it, so that no path, name or
 * content from a playbook is ever read as code. Text that is code already goes in as another ShellText.
 */
export class ShellText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** One word of POSIX shell, whatever it holds; bytes that are not UTF-8 travel as `util/bytes.ts` escapes them. NUL cannot. */
export const quote = (word: string): string => {
  if (word.includes('\0')) throw new RangeError('a NUL byte cannot be part of a shell word');
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
};

export type ShellPart = string | number | ShellText | readonly (string | number | ShellText)[];

/**
 * A template literal that quotes: `` sh`chmod ${mode} -- ${path}` ``. A string or number becomes one quoted word, an
 * array several, a ShellText goes in as it is.
 */
export const sh = (strings: TemplateStringsArray, ...parts: readonly ShellPart[]): ShellText =>
  new ShellText(strings.map((text, i) => text + (i < parts.length ? part(parts[i] as ShellPart) : '')).join(''));

const part = (value: ShellPart): string => {
  if (value instanceof ShellText) return value.text;
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return String(value);
  return value.map(part).join(' ');
};

/** Several pieces of shell text, one after another. */
export const joinShell = (pieces: readonly ShellText[], separator = '\n'): ShellText =>
  new ShellText(pieces.map((piece) => piece.text).join(separator));
