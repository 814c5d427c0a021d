import { TemplateError } from '../template-error.ts';
import { readClass } from './regex-class.ts';
import { classes, escapeOf, literal, withBothCases } from './regex-escape.ts';

/** Flags of Python's `re` that change what a pattern means. */
export interface RegexFlags {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
  readonly verbose?: boolean;
}

const cache = new Map<string, RegExp>();

/**
 * A JavaScript RegExp (global, by code points) that matches what Python's `re` matches, by its documentation: named groups,
 * `\A` and `\Z`, inline flags, comments, Unicode `\w` and `\d`, `$` before a last newline. Possessive quantifiers and atomic
 * groups give back what they took, which only matters to patterns that count on failing; conditional groups are refused.
 */
export const compileRegex = (pattern: string, flags: RegexFlags = {}): RegExp => {
  const key = `${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''}${flags.dotAll ? 's' : ''}${flags.verbose ? 'x' : ''}/${pattern}`;
  let regex = cache.get(key);
  if (!regex) {
    regex = new Translator(pattern, flags).regex();
    if (cache.size > 5000) cache.clear();
    cache.set(key, regex);
  }
  regex.lastIndex = 0;
  return regex;
};

class Translator {
  private readonly source: string;
  private at = 0;
  private result = '';
  private flags: Required<RegexFlags>;
  /** What `(?i:` or `(?s:` set outside, to be restored at the end of each open group. */
  private readonly stack: Required<RegexFlags>[] = [];
  /** Letters are doubled where only a part of the pattern ignores case. */
  private doubleCase = false;
  private wholeIgnoresCase: boolean;

  constructor(source: string, flags: RegexFlags) {
    this.source = source;
    this.flags = { ignoreCase: false, multiline: false, dotAll: false, verbose: false, ...flags };
    this.leadingFlags();
    this.wholeIgnoresCase = this.flags.ignoreCase;
  }

  regex(): RegExp {
    while (this.at < this.source.length) this.piece();
    if (this.stack.length > 0) throw this.error('missing ), unterminated subpattern');
    try {
      return new RegExp(this.result, this.wholeIgnoresCase ? 'giv' : 'gv');
    } catch (cause) {
      throw new TemplateError(`the regular expression '${this.source}' can't be read: ${(cause as Error).message}`);
    }
  }

  private error(reason: string): TemplateError {
    return new TemplateError(`the regular expression '${this.source}' can't be read: ${reason} at ${this.at}`);
  }

  private leadingFlags(): void {
    for (;;) {
      const match = /^\(\?([aiLmsux]+)\)/.exec(this.source.slice(this.at));
      if (!match) return;
      this.flags = withFlags(this.flags, match[1] as string, '');
      this.at += match[0].length;
    }
  }

  private piece(): void {
    const { source } = this;
    const character = String.fromCodePoint(source.codePointAt(this.at) as number);
    if (this.flags.verbose && this.skipVerbose(character)) return;
    switch (character) {
      case '\\':
        this.escape();
        return;
      case '[': {
        const { text, end } = readClass(source, this.at, this.doubleCase);
        this.result += text;
        this.at = end;
        return;
      }
      case '(':
        this.open();
        return;
      case ')':
        this.close();
        return;
      case '.':
        this.result += this.flags.dotAll ? '[\\s\\S]' : '[^\\n]';
        break;
      case '^':
        this.result += this.flags.multiline ? '(?<![^\\n])' : '^';
        break;
      case '$':
        this.result += this.flags.multiline ? '(?![^\\n])' : '(?=\\n?$)';
        break;
      case '{':
        this.brace();
        return;
      case '*':
      case '+':
      case '?':
        this.quantifier(character);
        return;
      case '|':
        this.result += '|';
        break;
      default:
        this.result += this.doubleCase ? withBothCases(character) : literal(character);
    }
    this.at += character.length;
  }

  private skipVerbose(character: string): boolean {
    if (/\s/.test(character)) {
      this.at++;
      return true;
    }
    if (character !== '#') return false;
    const end = this.source.indexOf('\n', this.at);
    this.at = end < 0 ? this.source.length : end + 1;
    return true;
  }

  /** `*`, `+`, `?` and what may follow them; the possessive sign is dropped. */
  private quantifier(text: string): void {
    this.at += text.length;
    this.result += text;
    const next = this.source[this.at];
    if (next === '?') this.result += '?';
    if (next === '?' || next === '+') this.at++;
  }

  private brace(): void {
    const match = /^\{(\d*)(,?)(\d*)\}/.exec(this.source.slice(this.at));
    if (!match || (match[1] === '' && match[3] === '')) {
      this.result += '\\{';
      this.at++;
      return;
    }
    const [whole, low, comma, high] = match as unknown as [string, string, string, string];
    this.at += whole.length - 1;
    this.result += `{${low || '0'}${comma}${high}`;
    this.quantifier('}');
  }

  private open(): void {
    const rest = this.source.slice(this.at);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    if (comment) {
      this.at += comment[0].length;
      return;
    }
    const flagged = /^\(\?([aiLmsux]*)(?:-([imsx]+))?:/.exec(rest);
    const back = /^\(\?P=(\w+)\)/.exec(rest);
    if (back) {
      this.result += `\\k<${back[1]}>`;
      this.at += back[0].length;
      return;
    }
    if (/^\(\?\(/.test(rest)) throw this.error('conditional groups are not supported');
    this.stack.push(this.flags);
    const named = /^\(\?P<(\w+)>/.exec(rest);
    const special = /^\(\?(?:<?[=!]|:)/.exec(rest);
    if (named) this.result += `(?<${named[1]}>`;
    else if (flagged) {
      this.flags = withFlags(this.flags, flagged[1] as string, flagged[2] ?? '');
      this.doubleCase = this.flags.ignoreCase && !this.wholeIgnoresCase;
      this.result += '(?:';
    } else if (rest.startsWith('(?>')) this.result += '(?:';
    else if (special) this.result += special[0];
    else if (rest.startsWith('(?')) throw this.error('unknown extension');
    else this.result += '(';
    this.at += (named ?? flagged ?? special)?.[0].length ?? (rest.startsWith('(?>') ? 3 : 1);
  }

  private close(): void {
    const flags = this.stack.pop();
    if (!flags) throw this.error('unbalanced parenthesis');
    this.flags = flags;
    this.doubleCase = this.flags.ignoreCase && !this.wholeIgnoresCase;
    this.result += ')';
    this.at++;
  }

  private escape(): void {
    const next = this.source[this.at + 1];
    if (next === undefined) throw this.error('bad escape (end of pattern)');
    const reference = /^[1-9]\d?/.exec(this.source.slice(this.at + 1));
    if (reference && !/^[0-3][0-7]{2}/.test(this.source.slice(this.at + 1))) {
      this.result += `(?:\\${reference[0]})`;
      this.at += 1 + reference[0].length;
      return;
    }
    const boundary = boundaries[next];
    if (boundary) {
      this.result += boundary;
      this.at += 2;
      return;
    }
    const { text, end } = escapeOf(this.source, this.at, false);
    this.result += text;
    this.at = end;
  }
}

const word = classes.w as string;
const boundaries: Readonly<Record<string, string>> = {
  A: '^',
  Z: '$',
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
};

const letters: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
};

const withFlags = (flags: Required<RegexFlags>, on: string, off: string): Required<RegexFlags> => {
  const result = { ...flags };
  for (const letter of on) if (letters[letter]) result[letters[letter]] = true;
  for (const letter of off) if (letters[letter]) result[letters[letter]] = false;
  return result;
};
