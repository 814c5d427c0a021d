import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { asInteger, asString } from './arguments.ts';
import { charactersOf, toCharacters } from './characters.ts';
import { argument, required } from './method.ts';

/** Python's `str.find(part, start, stop)` and `rfind`: an offset in characters, −1 where it is not. */
export const findIn = (text: string, args: readonly Value[], last: boolean): number => {
  const part = asString(required(args, 0, 'find'), 'the text to find');
  if (args.length === 1) return toCharacters(text, last ? text.lastIndexOf(part) : text.indexOf(part));
  const units = charactersOf(text);
  const bound = (value: Value, fallback: number): number => {
    if (value === null) return fallback;
    const given = asInteger(value, 'a bound');
    return Math.max(0, given < 0 ? given + units.length : given);
  };
  const start = bound(argument(args, 1, null), 0);
  if (start > units.length) return -1;
  const piece = units.slice(start, Math.max(start, bound(argument(args, 2, null), units.length))).join('');
  const at = toCharacters(piece, last ? piece.lastIndexOf(part) : piece.indexOf(part));
  return at < 0 ? -1 : at + start;
};

/** Python's `str.replace`; a negative count is all. */
export const replaceIn = (text: string, from: string, to: string, count: number): string => {
  if (count < 0 && from !== '') return text.replaceAll(from, () => to);
  if (count === 0) return text;
  const parts = from === '' ? ['', ...charactersOf(text), ''] : text.split(from);
  const limit = count < 0 ? Number.POSITIVE_INFINITY : count;
  return parts.reduce((result, part, index) => result + (index <= limit ? to : from) + part);
};

/** Python's `str.split` and `rsplit`. */
export const splitOn = (
  text: string,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  fromRight: boolean,
): Value[] => {
  const separator = argument(args, 0, null, named, 'sep');
  const limit = asInteger(argument(args, 1, -1, named, 'maxsplit'), 'maxsplit');
  if (separator === null) return splitOnWhite(text, limit, fromRight);
  const by = asString(separator, 'the separator');
  if (by === '') throw new TemplateError('empty separator');
  const parts = text.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return fromRight
    ? [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)]
    : [...parts.slice(0, limit), parts.slice(limit).join(by)];
};

const splitOnWhite = (text: string, limit: number, fromRight: boolean): Value[] => {
  const words = [...text.matchAll(/[^\s\x1c-\x1f\x85]+/g)];
  if (limit < 0 || words.length <= limit) return words.map(([word]) => word);
  if (fromRight) {
    const kept = words.slice(words.length - limit);
    const last = words[words.length - limit - 1];
    const head = last ? text.slice(0, last.index + last[0].length).trimStart() : '';
    return head ? [head, ...kept.map(([word]) => word)] : kept.map(([word]) => word);
  }
  const rest = words[limit];
  return [...words.slice(0, limit).map(([word]) => word), ...(rest ? [text.slice(rest.index).trimEnd()] : [])];
};

/** Python's `str.splitlines`. */
export const splitLines = (text: string, keepEnds: boolean): Value[] => {
  const lines = text.split(/(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])/);
  const result: Value[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const [line = '', end = ''] = [lines[index], lines[index + 1]];
    if (line || end) result.push(keepEnds ? line + end : line);
  }
  return result;
};
