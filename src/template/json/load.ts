import { toInteger } from '../python/arithmetic.ts';
import { TemplateError } from '../template-error.ts';
import { Float, type Value } from '../values.ts';

const white = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const words: Readonly<Record<string, Value>> = {
  true: true,
  false: false,
  null: null,
  NaN: new Float(Number.NaN),
  Infinity: new Float(Number.POSITIVE_INFINITY),
  '-Infinity': new Float(Number.NEGATIVE_INFINITY),
};

/** Python's `json.loads`: `1.0` stays a float, and integers keep all their digits. */
export const loadJson = (text: string): Value => new Reader(text).whole();

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  whole(): Value {
    const value = this.value();
    this.take(white);
    if (this.at < this.text.length) throw this.error('there is more behind the value');
    return value;
  }

  private error(reason: string): TemplateError {
    const before = this.text.slice(0, this.at);
    const line = before.split('\n').length;
    return new TemplateError(
      `this is not JSON, at its line ${line}, column ${this.at - before.lastIndexOf('\n')}: ${reason}`,
    );
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  private skip(character: string): boolean {
    this.take(white);
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(): Value {
    this.take(white);
    const next = this.text[this.at];
    if (next === '{') return this.object();
    if (next === '[') return this.array();
    if (next === '"') return this.string();
    for (const [word, value] of Object.entries(words)) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const match = this.take(number);
    if (!match) throw this.error('a value is expected here');
    return match[1] || match[2] ? new Float(Number(match[0])) : toInteger(BigInt(match[0]));
  }

  private string(): string {
    const match = this.take(string);
    if (!match) throw this.error('this string is not well formed');
    return JSON.parse(match[0]) as string;
  }

  private array(): Value {
    this.at++;
    const items: Value[] = [];
    if (this.skip(']')) return items;
    do items.push(this.value());
    while (this.skip(','));
    if (!this.skip(']')) throw this.error("',' or ']' is expected here");
    return items;
  }

  private object(): Value {
    this.at++;
    const entries = new Map<Value, Value>();
    if (this.skip('}')) return entries;
    do {
      this.take(white);
      if (this.text[this.at] !== '"') throw this.error('a key in double quotes is expected here');
      const key = this.string();
      if (!this.skip(':')) throw this.error("':' is expected here");
      entries.set(key, this.value());
    } while (this.skip(','));
    if (!this.skip('}')) throw this.error("',' or '}' is expected here");
    return entries;
  }
}
