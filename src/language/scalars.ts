import { Float, type Value } from '../template/values.ts';

/**
 * What a plain scalar means, by the implicit resolvers of YAML 1.1 as PyYAML has them (its `resolver.py` is the reference for
 * which spellings count): `y` and `n` are text, `1e3` is text, `0644` is octal, `12:30:45` is a number to the base 60.
 */
export const resolvePlain = (text: string): Value => {
  const kind = kindOf(text);
  return kind === 'str' ? text : construct(text, kind);
};

/** What a scalar with an explicit tag (`!!int "7"`) means; JavaScript's undefined where the text cannot be that. */
export const resolveTagged = (text: string, tag: string): Value | undefined => {
  switch (tag.replace(/^tag:yaml\.org,2002:/, '')) {
    case 'str':
      return text;
    case 'null':
      return null;
    case 'bool':
      return patterns.bool.test(text) ? construct(text, 'bool') : undefined;
    case 'int':
      return patterns.int.test(text) ? construct(text, 'int') : undefined;
    case 'float':
      return patterns.float.test(text) || patterns.int.test(text) ? construct(text, 'float') : undefined;
    case 'timestamp':
      return construct(text, 'timestamp');
    case 'binary':
      return Buffer.from(text, 'base64').toString('utf8');
    default:
      return undefined;
  }
};

type Kind = 'null' | 'bool' | 'int' | 'float' | 'timestamp';

const patterns: Record<Kind, RegExp> = {
  null: /^(?:~|null|Null|NULL|)$/,
  bool: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  int: /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  float:
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  timestamp:
    /^(?:\d{4}-\d\d-\d\d|(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?)$/,
};

const kindOf = (text: string): Kind | 'str' => {
  for (const kind of candidates(text.charCodeAt(0))) if (patterns[kind].test(text)) return kind;
  return 'str';
};

/** By the first character, so that a long text meets no regular expression that cannot match it. */
const candidates = (first: number): readonly Kind[] => {
  if (Number.isNaN(first)) return ['null'];
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46)
    return ['int', 'float', 'timestamp'];
  return first === 126 ? ['null'] : ['bool', 'null'];
};

const construct = (text: string, kind: Kind): Value => {
  switch (kind) {
    case 'null':
      return null;
    case 'bool':
      return /^(?:yes|true|on)$/i.test(text);
    case 'int':
      return integer(text);
    case 'float':
      return new Float(float(text));
    case 'timestamp':
      return timestamp(text);
  }
};

const integer = (text: string): Value => {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  let value: bigint;
  if (digits.includes(':')) value = digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  else if (/^0[0-7]/.test(digits)) value = BigInt(`0o${digits.slice(1)}`);
  else value = BigInt(digits);
  if (negative) value = -value;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
};

const float = (text: string): number => {
  const plain = text.replaceAll('_', '').toLowerCase();
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  if (digits.includes(':')) return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return sign * Number(digits);
};

/** As Python's `str()` prints the date that PyYAML would make of it, which is what a template shows. */
const timestamp = (text: string): Value => {
  const [, year, month, day, hour, minute, second, fraction, zone] = patterns.timestamp.exec(text) ?? [];
  if (year === undefined) return text;
  const pad = (part: string | undefined): string => (part ?? '').padStart(2, '0');
  const micros = fraction ? `.${fraction.slice(0, 6).padEnd(6, '0')}` : '';
  const offset = zone === undefined ? '' : zone === 'Z' ? '+00:00' : zoneOffset(zone);
  const shown = micros === '.000000' ? '' : micros;
  return `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${shown}${offset}`;
};

const zoneOffset = (zone: string): string => {
  const [hours = '', minutes = '00'] = zone.slice(1).split(':');
  return `${zone[0]}${hours.padStart(2, '0')}:${minutes}`;
};
