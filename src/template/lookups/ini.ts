import { readFileSync } from 'node:fs';
import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { requireFile } from './find-file.ts';
import { readTerm } from './options.ts';

const optionNames = [
  'type',
  'file',
  'section',
  're',
  'encoding',
  'default',
  'case_sensitive',
  'allow_no_value',
  'interpolation',
];

/** The values of keys in an INI or properties file; with `re` of all keys that a regular expression finds. */
export const ini = plugin(
  "type='ini', file='ansible.ini', section='global', re=False, encoding='utf-8', default='', case_sensitive=False, allow_no_value=False, interpolation=True",
  (context, terms, type, file, section, re, _encoding, fallback, caseSensitive) =>
    (terms as Value[]).flatMap((term) => {
      const { text: key, options } = readTerm(term, optionNames, 'ini');
      const option = (name: string, value: Value): string => options.get(name) ?? toText(value);
      const isProperties = option('type', type) === 'properties';
      const path = requireFile(context, option('file', file), ['files']);
      const exactCase = truthy(caseSensitive) || /^(?:true|yes|1)$/i.test(options.get('case_sensitive') ?? '');
      const sections = readIni(decode(context.surroundings.decryptFile(readFileSync(path))), isProperties, exactCase);
      const wanted = isProperties ? '' : option('section', section);
      const values = sections.get(wanted) ?? new Map<string, string>();
      if (truthy(re) || /^(?:true|yes|1)$/i.test(options.get('re') ?? '')) {
        return [...values].filter(([name]) => compileRegex(key).exec(name)?.index === 0).map(([, value]) => value);
      }
      return [values.get(exactCase ? key : key.toLowerCase()) ?? option('default', fallback)];
    }),
  { impure: true },
);

/** Python's `configparser`: comments on lines of their own, values over several indented lines, names in lower case. */
const readIni = (text: string, isProperties: boolean, exactCase: boolean): Map<string, Map<string, string>> => {
  const sections = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  let last: string | undefined;
  sections.set('', current);
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const section = /^\[([^\]]+)\]/.exec(line);
    if (section) {
      current = sections.get(section[1] as string) ?? new Map();
      sections.set(section[1] as string, current);
      last = undefined;
    } else if (/^\s/.test(line) && last !== undefined) {
      current.set(last, `${current.get(last) ?? ''}\n${line.trim()}`);
    } else {
      const [, name, value] = /^\s*([^=:]+?)\s*(?:[=:]\s*(.*?)\s*)?$/.exec(line) ?? [];
      if (name === undefined) throw new TemplateError(`the line '${line}' is no part of an INI file`);
      last = exactCase || isProperties ? name : name.toLowerCase();
      current.set(last, value ?? '');
      if (isProperties && !exactCase) current.set(name.toLowerCase(), value ?? '');
    }
  }
  return sections;
};
