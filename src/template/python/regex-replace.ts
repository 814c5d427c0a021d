import { TemplateError } from '../template-error.ts';

/** Replaces as Python's `re.sub`: `\1`, `\g<1>` and `\g<name>` in the replacement; at most `count` times, 0 being all. */
export const substitute = (
  regex: RegExp,
  replacement: string,
  text: string,
  count = 0,
): { text: string; count: number } => {
  const parts = parseReplacement(replacement);
  let done = 0;
  const result = text.replace(regex, (...match) => {
    if (count > 0 && done >= count) return match[0] as string;
    done++;
    const names = typeof match.at(-1) === 'object' ? (match.at(-1) as Record<string, string | undefined>) : {};
    const groups = match.length - (typeof match.at(-1) === 'object' ? 3 : 2);
    return parts
      .map((part) => (typeof part === 'string' ? part : groupText(part.group, match, names, groups)))
      .join('');
  });
  return { text: result, count: done };
};

const groupText = (
  group: string,
  match: readonly unknown[],
  names: Record<string, string | undefined>,
  groups: number,
): string => {
  if (/^\d+$/.test(group)) {
    if (Number(group) >= groups) throw new TemplateError(`invalid group reference ${group} in the replacement`);
    return (match[Number(group)] as string | undefined) ?? '';
  }
  if (!(group in names)) throw new TemplateError(`unknown group name '${group}' in the replacement`);
  return names[group] ?? '';
};

type Part = string | { readonly group: string };

const controls: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
};

const parseReplacement = (text: string): Part[] => {
  const parts: Part[] = [];
  const pattern = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|([1-9]\d?)|([\s\S]))|[^\\]+|\\$/g;
  for (const [whole, name, octal, number, other] of text.matchAll(pattern)) {
    if (name !== undefined) parts.push({ group: name });
    else if (octal !== undefined) parts.push(String.fromCharCode(Number.parseInt(octal, 8)));
    else if (number !== undefined) parts.push({ group: number });
    else if (other !== undefined) {
      if (/[a-zA-Z]/.test(other) && !(other in controls)) {
        throw new TemplateError(`bad escape \\${other} in the replacement '${text}'`);
      }
      parts.push(controls[other] ?? `\\${other}`);
    } else parts.push(whole);
  }
  return parts;
};
