import { entriesOf, isMapping } from '../python/dict.ts';
import { sorted } from '../python/order.ts';
import { floatText, toText } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { undefinedError } from '../python/undefined.ts';
import { TemplateError } from '../template-error.ts';
import { Float, Undefined, type Value } from '../values.ts';

/** The options of Python's `json.dumps`. */
export interface JsonOptions {
  /** What each level is moved in by; undefined for all in one line. */
  readonly indent: string | undefined;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  readonly sortKeys: boolean;
  readonly ensureAscii: boolean;
}

/** A value as JSON, byte for byte as Python's `json.dumps` writes it. */
export const dumpJson = (value: Value, options: JsonOptions, margin = '\n'): string => {
  if (typeof value === 'string') return quoteJson(value, options.ensureAscii);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof Float) return jsonFloat(value.value);
  if (typeof value === 'number' || typeof value === 'bigint') return toText(value);
  if (value instanceof Undefined) throw undefinedError(value);
  const inner = options.indent === undefined ? '' : margin + options.indent;
  const wrap = (open: string, parts: readonly string[], close: string): string =>
    parts.length === 0
      ? open + close
      : open + inner + parts.join(options.itemSeparator + inner) + (inner ? margin : '') + close;
  if (Array.isArray(value)) {
    return wrap(
      '[',
      Array.from(value, (item) => dumpJson(item, options, inner || margin)),
      ']',
    );
  }
  if (isMapping(value)) {
    const entries = entriesOf(value);
    const keys = options.sortKeys ? sorted(entries.map(([key]) => key)) : undefined;
    const lookUp = keys && new Map(entries);
    const ordered = keys && lookUp ? keys.map((key) => [key, lookUp.get(key) as Value] as const) : entries;
    const parts = ordered.map(
      ([key, item]) =>
        quoteJson(jsonKey(key), options.ensureAscii) + options.keySeparator + dumpJson(item, options, inner || margin),
    );
    return wrap('{', parts, '}');
  }
  const text = (value as { text?(): string }).text?.();
  if (text !== undefined) return quoteJson(text, options.ensureAscii);
  throw new TemplateError(`Object of type ${typeName(value)} is not JSON serializable`);
};

const jsonKey = (key: Value): string => {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return key ? 'true' : 'false';
  if (key instanceof Float) return jsonFloat(key.value);
  if (typeof key === 'number' || typeof key === 'bigint') return toText(key);
  throw new TemplateError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
};

const jsonFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';
};

const quoteJson = (text: string, ensureAscii: boolean): string => {
  // JavaScript leaves U+007F and escapes lone surrogates; Python does so with ensure_ascii only.
  const quoted = JSON.stringify(text);
  if (!ensureAscii)
    return quoted.replace(/\\u([d][89a-f][\da-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return quoted.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
};
