import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { getAttribute, getItem } from './attribute.ts';
import { formatValue } from './format-spec.ts';
import { toRepr, toText } from './text.ts';
import { defined } from './undefined.ts';

/** Python's `str.format`: replacement fields with attributes, items, conversions and format specifications. */
export const formatText = (text: string, positional: readonly Value[], named: ReadonlyMap<string, Value>): string => {
  let automatic = 0;
  const render = (source: string, depth: number): string => {
    let result = '';
    for (let at = 0; at < source.length; ) {
      const character = source[at] as string;
      if ((character === '{' || character === '}') && source[at + 1] === character) {
        result += character;
        at += 2;
      } else if (character === '{') {
        const end = closingBrace(source, at);
        result += field(source.slice(at + 1, end), depth);
        at = end + 1;
      } else if (character === '}') {
        throw new TemplateError("single '}' encountered in format string");
      } else {
        result += character;
        at++;
      }
    }
    return result;
  };
  const field = (inside: string, depth: number): string => {
    if (depth > 2) throw new TemplateError('max string recursion exceeded');
    const [, path = '', conversion, spec] =
      /^([^!:]*(?:\[[^\]]*\][^!:]*)*)(?:!(.))?(?::([\s\S]*))?$/.exec(inside) ?? [];
    const [, first = '', rest = ''] = /^([^.[]*)([\s\S]*)$/.exec(path) ?? [];
    let value = root(first);
    for (const [, attribute, item] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      const next = attribute
        ? getAttribute(value, attribute)
        : getItem(value, /^\d+$/.test(item as string) ? Number(item) : (item as string));
      if (next === undefined) throw new TemplateError(`'${attribute ?? item}' of '{${inside}}' is not there`);
      value = next;
    }
    if (conversion === 'r' || conversion === 'a') value = toRepr(value);
    else if (conversion === 's') value = toText(value);
    return formatValue(defined(value), render(spec ?? '', depth + 1));
  };
  const root = (name: string): Value => {
    const index = name === '' ? automatic++ : /^\d+$/.test(name) ? Number(name) : undefined;
    const value = index === undefined ? named.get(name) : positional[index];
    if (value !== undefined) return value;
    throw new TemplateError(
      index === undefined
        ? `format() got no argument '${name}'`
        : `Replacement index ${index} out of range for positional args tuple`,
    );
  };
  return render(text, 0);
};

const closingBrace = (text: string, from: number): number => {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new TemplateError("expected '}' before end of string");
};
