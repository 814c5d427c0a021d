import { Float, Tuple, type Value } from '../template/values.ts';

/**
 * What Python's `ast.literal_eval` makes of a text: numbers, strings, lists, tuples, dicts, True, False, None. Undefined where
 * the text is no literal. INI inventories give their values this way.
 */
export const pythonLiteral = (text: string): Value | undefined => {
  const parser = new Parser(text.trim());
  const value = parser.value();
  return value !== undefined && parser.atEnd() ? value : undefined;
};

const token =
  /\s*(?:#[^\n]*)?\s*(?:([+-]?\s*(?:0[xX][\da-fA-F](?:_?[\da-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d+)?))|([uUbBrR]{0,2})('''|"""|'|")|([[\](){},:])|(True|False|None)\b)/y;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return /^\s*(#.*)?$/.test(this.#text.slice(this.#at));
  }

  value(): Value | undefined {
    const match = this.#next();
    if (!match) return undefined;
    const [, number, prefix, quote, mark, word] = match;
    if (number !== undefined) return this.#number(number.replaceAll(/[\s_]/g, ''));
    if (quote !== undefined) return this.#strings(prefix ?? '', quote);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    if (mark === '[') return this.#items(']')?.items;
    if (mark === '(') {
      const list = this.#items(')');
      return list && (list.items.length === 1 && !list.comma ? list.items[0] : Tuple.from(list.items));
    }
    return mark === '{' ? this.#dict() : undefined;
  }

  #next(): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match) this.#at = token.lastIndex;
    return match ?? undefined;
  }

  #mark(mark: string): boolean {
    const at = this.#at;
    if (this.#next()?.[4] === mark) return true;
    this.#at = at;
    return false;
  }

  #number(text: string): Value | undefined {
    if (/^[+-]?0[xob]/i.test(text)) return whole(BigInt(text.replace(/^[+-]/, '')), text.startsWith('-'));
    if (/^[+-]?\d+$/.test(text)) {
      const digits = text.replace(/^[+-]/, '');
      return /^0\d*[1-9]/.test(digits) ? undefined : whole(BigInt(digits), text.startsWith('-'));
    }
    return new Float(Number(text));
  }

  /** Neighbouring strings are one. */
  #strings(prefix: string, quote: string): Value | undefined {
    if (/b/i.test(prefix)) return undefined;
    const end = new RegExp(`((?:\\\\[\\s\\S]|(?!${quote})[^\\\\${quote.length === 1 ? '\\n' : ''}])*)${quote}`, 'y');
    end.lastIndex = this.#at;
    const match = end.exec(this.#text);
    if (!match) return undefined;
    this.#at = end.lastIndex;
    const text = /r/i.test(prefix) ? (match[1] as string) : decode(match[1] as string);
    const at = this.#at;
    const next = this.#next();
    if (next?.[3] === undefined) {
      this.#at = at;
      return text;
    }
    const rest = this.#strings(next[2] ?? '', next[3]);
    return typeof rest === 'string' ? text + rest : undefined;
  }

  #items(close: string): { readonly items: Value[]; readonly comma: boolean } | undefined {
    const items: Value[] = [];
    let comma = false;
    while (!this.#mark(close)) {
      if (items.length > 0 && !comma) return undefined;
      const value = this.value();
      if (value === undefined) return undefined;
      items.push(value);
      comma = this.#mark(',');
    }
    return { items, comma };
  }

  #dict(): Value | undefined {
    const dict = new Map<Value, Value>();
    for (let first = true; !this.#mark('}'); first = false) {
      if (!first && !this.#mark(',')) return undefined;
      if (!first && this.#mark('}')) break;
      const key = this.value();
      if (key === undefined || !this.#mark(':')) return undefined;
      const value = this.value();
      if (value === undefined) return undefined;
      dict.set(key, value);
    }
    return dict;
  }
}

const whole = (value: bigint, negative: boolean): Value => {
  const signed = negative ? -value : value;
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
};

const named: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '' };

const decode = (text: string): string =>
  text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (all, x, u, long, octal, char) => {
      const hex = (x ?? u ?? long) as string | undefined;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal as string, 8));
      if (char === '\\' || char === "'" || char === '"') return char as string;
      return named[char as string] ?? (all as string);
    },
  );
