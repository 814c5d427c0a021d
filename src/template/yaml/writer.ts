import { isBreak, isPrintable } from './scalar-analysis.ts';

const names: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** Writes indicators and scalars with the line breaks that libyaml puts. */
export class YamlWriter {
  text = '';
  column = 0;
  indent = -1;
  /** Whether only white space and indicators stand in the line so far. */
  indention = true;
  whitespace = true;
  readonly bestIndent: number;
  readonly bestWidth: number;

  constructor(bestIndent: number, bestWidth: number) {
    this.bestIndent = bestIndent;
    this.bestWidth = bestWidth;
  }

  private put(text: string): void {
    this.text += text;
    this.column += [...text].length;
  }

  private break(character = '\n'): void {
    this.text += character;
    this.column = 0;
  }

  writeIndent(): void {
    const indent = Math.max(0, this.indent);
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.break();
    if (this.column < indent) this.put(' '.repeat(indent - this.column));
    this.whitespace = true;
    this.indention = true;
  }

  writeIndicator(indicator: string, needsSpace: boolean, isWhite = false, isIndention = false): void {
    if (needsSpace && !this.whitespace) this.put(' ');
    this.put(indicator);
    this.whitespace = isWhite;
    this.indention = this.indention && isIndention;
  }

  writePlain(characters: readonly string[], allowBreaks: boolean, inFlow: boolean): void {
    if (!this.whitespace && (characters.length > 0 || inFlow)) this.put(' ');
    this.fold(
      characters,
      (index) => allowBreaks && characters[index + 1] !== ' ',
      (character) => character,
    );
    this.whitespace = false;
    this.indention = false;
  }

  writeSingleQuoted(characters: readonly string[], allowBreaks: boolean): void {
    this.writeIndicator("'", true);
    const last = characters.length - 1;
    const endsInBreak = this.fold(
      characters,
      (index) => allowBreaks && index !== 0 && index !== last && characters[index + 1] !== ' ',
      (character) => (character === "'" ? "''" : character),
    );
    if (endsInBreak) this.writeIndent();
    this.writeIndicator("'", false);
    this.whitespace = false;
    this.indention = false;
  }

  /** Words with line breaks where they are too long; a break of the text is doubled. True where the text ends in one. */
  private fold(
    characters: readonly string[],
    mayBreak: (index: number) => boolean,
    shown: (character: string) => string,
  ): boolean {
    let [spaces, breaks] = [false, false];
    characters.forEach((character, index) => {
      if (character === ' ') {
        if (!spaces && this.column > this.bestWidth && mayBreak(index)) this.writeIndent();
        else this.put(' ');
        spaces = true;
      } else if (isBreak(character)) {
        if (!breaks && character === '\n') this.break();
        this.break(character);
        this.indention = true;
        breaks = true;
      } else {
        if (breaks) this.writeIndent();
        this.put(shown(character));
        this.indention = false;
        spaces = false;
        breaks = false;
      }
    });
    return breaks;
  }

  writeDoubleQuoted(characters: readonly string[], allowBreaks: boolean): void {
    this.writeIndicator('"', true);
    let spaces = false;
    const last = characters.length - 1;
    characters.forEach((character, index) => {
      const foreign = !isPrintable(character) || isBreak(character);
      if (foreign || character === '"' || character === '\\') {
        this.put(escapeOf(character));
        spaces = false;
      } else if (character === ' ') {
        if (allowBreaks && !spaces && this.column > this.bestWidth && index !== 0 && index !== last) {
          this.writeIndent();
          if (characters[index + 1] === ' ') this.put('\\');
        } else this.put(' ');
        spaces = true;
      } else {
        this.put(character);
        spaces = false;
      }
    });
    this.writeIndicator('"', false);
    this.whitespace = false;
    this.indention = false;
  }

  writeLiteral(characters: readonly string[]): void {
    this.writeBlockStart('|', characters);
    let breaks = true;
    for (const character of characters) {
      if (isBreak(character)) {
        this.break(character);
        this.indention = true;
        breaks = true;
      } else {
        if (breaks) this.writeIndent();
        this.put(character);
        this.indention = false;
        breaks = false;
      }
    }
  }

  writeFolded(characters: readonly string[]): void {
    this.writeBlockStart('>', characters);
    let [breaks, leadingSpaces] = [true, true];
    characters.forEach((character, index) => {
      if (isBreak(character)) {
        if (!breaks && !leadingSpaces && character === '\n') {
          const next = characters.slice(index).find((later) => !isBreak(later));
          if (next !== undefined && next !== ' ' && next !== '\t') this.break();
        }
        this.break(character);
        this.indention = true;
        breaks = true;
        return;
      }
      if (breaks) {
        this.writeIndent();
        leadingSpaces = character === ' ' || character === '\t';
      }
      if (!breaks && character === ' ' && characters[index + 1] !== ' ' && this.column > this.bestWidth)
        this.writeIndent();
      else this.put(character);
      this.indention = false;
      breaks = false;
    });
  }

  private writeBlockStart(indicator: string, characters: readonly string[]): void {
    this.writeIndicator(indicator, true);
    const first = characters[0];
    if (first === ' ' || isBreak(first)) this.writeIndicator(String(this.bestIndent), false);
    if (!isBreak(characters.at(-1))) this.writeIndicator('-', false);
    else if (characters.length === 1 || isBreak(characters.at(-2))) this.writeIndicator('+', false);
    this.break();
    this.indention = true;
    this.whitespace = true;
  }
}

const escapeOf = (character: string): string => {
  const name = names[character];
  if (name !== undefined) return `\\${name}`;
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};
