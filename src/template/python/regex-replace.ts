import { TemplateError } from '../template-error.ts';

/** Replaces as Python's `re.sub`: `\1`, `\g<1>` and `\g<name>` in the replacement; at most `count` times, 0 being all. */
export const substitute = (
  regex: RegExp,
  replacement: string,
  text: string,
  count = 0,
): { text: string; count: number } => {
  const parts = parseReplacement(replacement);
  checkGroups(parts, regex);
  let done = 0;
  const result = text.replace(regex, (...match) => {
    if (count > 0 && done >= count) return match[0] as string;
    done++;
    const names = typeof match.at(-1) === 'object' ? (match.at(-1) as Record<string, string | undefined>) : {};
    return parts.map((part) => (typeof part === 'string' ? part : groupText(part.group, match, names))).join('');
  });
  return { text: result, count: done };
};

const groupText = (group: string, match: readonly unknown[], names: Record<string, string | undefined>): string =>
  (/^\d+$/.test(group) ? (match[Number(group)] as string | undefined) : names[group]) ?? '';

/** Python refuses a reference to a group that the pattern has not, even where nothing matches. */
const checkGroups = (parts: readonly Part[], regex: RegExp): void => {
  if (parts.every((part) => typeof part === 'string')) return;
  const empty = new RegExp(`${regex.source}|`, regex.flags).exec('');
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const known = /^\d+$/.test(part.group)
      ? Number(part.group) < (empty?.length ?? 0)
      : part.group in (empty?.groups ?? {});
    if (!known) throw new TemplateError(`the replacement names the group '${part.group}', which the pattern has not`);
  }
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
