import { TemplateError } from '../template-error.ts';
import { type Dict, Tuple, type Value } from '../values.ts';
import { asInteger, asString } from './arguments.ts';
import { charactersOf, lengthOf, padEnd, padStart } from './characters.ts';
import { dictGet, isMapping } from './dict.ts';
import { iterate } from './iterate.ts';
import { argument, type Method, required } from './method.ts';
import { formatText } from './string-format.ts';
import { findIn, replaceIn, splitLines, splitOn } from './string-search.ts';
import { typeName } from './type-name.ts';

const upperFirst = (text: string): string => {
  const [first = '', ...rest] = charactersOf(text);
  // The capital of ß is Ss at the beginning of a word, not SS.
  const [capital = '', ...more] = charactersOf(first.toUpperCase());
  return capital + [...more, ...rest].join('').toLowerCase();
};

/** Python's `str.title`: the first letter behind anything that is not a letter is upper. */
export const titleCase = (text: string): string => text.replace(/\p{L}+/gu, (word) => upperFirst(word));

/** Python's `str.strip` and its halves; `characters` is a set, and white space where it is null. */
export const strip = (text: string, characters: Value, left: boolean, right: boolean): string => {
  const given =
    characters === null ? undefined : new Set(charactersOf(asString(characters, 'the characters to strip')));
  const units = charactersOf(text);
  const goes = (unit: string): boolean => (given ? given.has(unit) : /[\s\x1c-\x1f\x85]/.test(unit));
  let [from, to] = [0, units.length];
  while (left && from < to && goes(units[from] as string)) from++;
  while (right && to > from && goes(units[to - 1] as string)) to--;
  return from === 0 && to === units.length ? text : units.slice(from, to).join('');
};

const affix = (text: string, wanted: Value, test: (part: string) => boolean): boolean =>
  wanted instanceof Tuple
    ? wanted.some((part) => affix(text, part, test))
    : test(asString(wanted, 'the text to look for'));

/** The part of `text` that the optional bounds at `index` of the arguments name. */
const within = (text: string, positional: readonly Value[], index: number): string => {
  if (positional.length <= index) return text;
  const [start = null, stop = null] = positional.slice(index, index + 2);
  return charactersOf(text)
    .slice(start === null ? 0 : asInteger(start, 'start'), stop === null ? undefined : asInteger(stop, 'stop'))
    .join('');
};

const every = (text: string, pattern: RegExp): boolean => text.length > 0 && pattern.test(text);

const justify =
  (pad: (text: string, width: number, fill: string) => string): Method<string> =>
  (self, args) =>
    pad(self, asInteger(required(args, 0, 'justify'), 'width'), asString(argument(args, 1, ' '), 'the fill character'));

const partition = (self: string, args: readonly Value[], at: number, kept: 'first' | 'last'): Tuple => {
  const separator = asString(required(args, 0, 'partition'), 'the separator');
  if (at < 0) return (kept === 'first' ? Tuple.of(self, '', '') : Tuple.of('', '', self)) as Tuple;
  return Tuple.of(self.slice(0, at), separator, self.slice(at + separator.length)) as Tuple;
};

const found = (position: number, method: string): number => {
  if (position < 0) throw new TemplateError(`${method}(): substring not found`);
  return position;
};

/** Every method of Python's `str` that takes and gives text. */
export const stringMethods: Readonly<Record<string, Method<string>>> = {
  capitalize: (self) => upperFirst(self),
  casefold: (self) => self.toLowerCase().replaceAll('ß', 'ss'),
  center: justify((text, width, fill) => {
    const room = Math.max(0, width - lengthOf(text));
    // Python puts the odd one on the left where the width is odd, too.
    const left = Math.floor(room / 2) + (room & width & 1);
    return fill.repeat(left) + text + fill.repeat(room - left);
  }),
  count: (self, args) => {
    const [text, part] = [within(self, args, 1), asString(required(args, 0, 'count'), 'the text to count')];
    return part === '' ? lengthOf(text) + 1 : text.split(part).length - 1;
  },
  encode: (self) => self,
  endswith: (self, args) => {
    const text = within(self, args, 1);
    return affix(text, required(args, 0, 'endswith'), (part) => text.endsWith(part));
  },
  expandtabs: (self, args, named) => {
    const size = asInteger(argument(args, 0, 8, named, 'tabsize'), 'tabsize');
    let column = 0;
    return charactersOf(self)
      .map((unit) => {
        const text = unit === '\t' ? ' '.repeat(size > 0 ? size - (column % size) : 0) : unit;
        column = unit === '\n' || unit === '\r' ? 0 : column + text.length;
        return text;
      })
      .join('');
  },
  find: (self, args) => findIn(self, args, false),
  format: (self, args, named) => formatText(self, args, named),
  format_map: (self, args) => formatText(self, [], textKeys(required(args, 0, 'format_map'))),
  index: (self, args) => found(findIn(self, args, false), 'index'),
  isalnum: (self) => every(self, /^[\p{L}\p{Nd}\p{No}\p{Nl}]+$/u),
  isalpha: (self) => every(self, /^\p{L}+$/u),
  isascii: (self) => /^[\0-\x7f]*$/.test(self),
  isdecimal: (self) => every(self, /^\p{Nd}+$/u),
  isdigit: (self) => every(self, /^[\p{Nd}²³¹⁰-⁹₀-₉]+$/u),
  isidentifier: (self) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(self),
  islower: (self) => self === self.toLowerCase() && self !== self.toUpperCase(),
  isnumeric: (self) => every(self, /^\p{N}+$/u),
  isprintable: (self) => !/[\p{C}\p{Z}]/u.test(self.replaceAll(' ', '')),
  isspace: (self) => every(self, /^[\s\x1c-\x1f\x85]+$/),
  istitle: (self) => self === titleCase(self) && /\p{L}/u.test(self),
  isupper: (self) => self === self.toUpperCase() && self !== self.toLowerCase(),
  join: (self, args) =>
    iterate(required(args, 0, 'join'))
      .map((item, index) => {
        if (typeof item === 'string') return item;
        throw new TemplateError(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
      })
      .join(self),
  ljust: justify(padEnd),
  lower: (self) => self.toLowerCase(),
  lstrip: (self, args) => strip(self, argument(args, 0, null), true, false),
  partition: (self, args) => partition(self, args, self.indexOf(String(args[0])), 'first'),
  removeprefix: (self, args) => {
    const prefix = asString(required(args, 0, 'removeprefix'), 'the prefix');
    return self.startsWith(prefix) ? self.slice(prefix.length) : self;
  },
  removesuffix: (self, args) => {
    const suffix = asString(required(args, 0, 'removesuffix'), 'the suffix');
    return suffix && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self;
  },
  replace: (self, args, named) =>
    replaceIn(
      self,
      asString(required(args, 0, 'replace'), 'the text to replace'),
      asString(required(args, 1, 'replace'), 'the replacement'),
      asInteger(argument(args, 2, -1, named, 'count'), 'count'),
    ),
  rfind: (self, args) => findIn(self, args, true),
  rindex: (self, args) => found(findIn(self, args, true), 'rindex'),
  rjust: justify(padStart),
  rpartition: (self, args) => partition(self, args, self.lastIndexOf(String(args[0])), 'last'),
  rsplit: (self, args, named) => splitOn(self, args, named, true),
  rstrip: (self, args) => strip(self, argument(args, 0, null), false, true),
  split: (self, args, named) => splitOn(self, args, named, false),
  splitlines: (self, args, named) => splitLines(self, argument(args, 0, false, named, 'keepends') === true),
  startswith: (self, args) => {
    const text = within(self, args, 1);
    return affix(text, required(args, 0, 'startswith'), (part) => text.startsWith(part));
  },
  strip: (self, args) => strip(self, argument(args, 0, null), true, true),
  swapcase: (self) =>
    charactersOf(self)
      .map((unit) => (unit === unit.toUpperCase() ? unit.toLowerCase() : unit.toUpperCase()))
      .join(''),
  title: (self) => titleCase(self),
  translate: (self, args) => translate(self, required(args, 0, 'translate')),
  upper: (self) => self.toUpperCase(),
  zfill: (self, args) => {
    const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(self) ?? [];
    return sign + padStart(digits, asInteger(required(args, 0, 'zfill'), 'width') - sign.length, '0');
  },
};

const textKeys = (mapping: Value): Map<string, Value> => {
  if (!(mapping instanceof Map)) throw new TemplateError(`format_map() needs a dict, not ${typeName(mapping)}`);
  return new Map([...mapping].map(([key, value]) => [String(key), value]));
};

const translate = (text: string, table: Value): string => {
  if (!isMapping(table)) throw new TemplateError(`translate() needs a dict, not ${typeName(table)}`);
  return charactersOf(text)
    .map((unit) => {
      const to = dictGet(table as Dict, unit.codePointAt(0) as number);
      return to === undefined
        ? unit
        : to === null
          ? ''
          : typeof to === 'number'
            ? String.fromCodePoint(to)
            : String(to);
    })
    .join('');
};
