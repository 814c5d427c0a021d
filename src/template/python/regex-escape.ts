import { TemplateError } from '../template-error.ts';

/** Python's classes of characters, which follow Unicode, in the `v` dialect of JavaScript, where classes nest. */
export const classes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  s: '[\\s\\x1c-\\x1f\\x85]',
  S: '[^\\s\\x1c-\\x1f\\x85]',
};

const control: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' };

/** A character that stands for itself, outside or inside a class. */
export const literal = (character: string): string =>
  /[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(character)
    ? `\\u{${(character.codePointAt(0) as number).toString(16)}}`
    : character;

/** A letter in both its cases, where only a part of a pattern ignores case. */
export const withBothCases = (character: string): string => {
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  return lower === upper ? literal(character) : `[${lower}${upper}]`;
};

/** The escape that begins at `at`, translated, and where it ends. */
export const escapeOf = (source: string, at: number, inClass: boolean): { text: string; end: number } => {
  const rest = source.slice(at + 1);
  const next = String.fromCodePoint(rest.codePointAt(0) as number);
  const end = at + 1 + next.length;
  if (next in classes) return { text: classes[next] as string, end };
  if (next in control) return { text: control[next] as string, end };
  if (next === 'b' && inClass) return { text: '\\x08', end };
  const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest);
  if (hex) {
    const code = Number.parseInt((hex[1] ?? hex[2] ?? hex[3]) as string, 16);
    return { text: `\\u{${code.toString(16)}}`, end: at + 1 + hex[0].length };
  }
  const octal = /^[0-7]{1,3}/.exec(rest);
  if (octal) {
    return { text: `\\u{${Number.parseInt(octal[0], 8).toString(16)}}`, end: at + 1 + octal[0].length };
  }
  if (/[a-zA-Z]/.test(next)) {
    throw new TemplateError(`the regular expression '${source}' can't be read: bad escape \\${next} at ${at}`);
  }
  return { text: literal(next), end };
};
