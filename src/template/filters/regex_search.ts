import { plugin } from '../plugin.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The whole match, or the groups that are named as `'\\1'` and `'\\g<name>'`; None where nothing matches. */
export const regex_search = plugin('regex, *args, **kwargs', (_, value, regex, args, kwargs) => {
  const named = kwargs as Map<string, Value>;
  const match = compileRegex(toText(regex), {
    ignoreCase: truthy(named.get('ignorecase') ?? false),
    multiline: truthy(named.get('multiline') ?? false),
  }).exec(toText(value));
  const groups = (args as Value[]).map((group) => {
    const [, name, number] = /^\\(?:g<(\S+)>|(\d+))$/.exec(toText(group)) ?? [];
    if (name === undefined && number === undefined) throw new TemplateError(`'${toText(group)}' names no group`);
    return name ?? (number as string);
  });
  if (!match) return null;
  if (groups.length === 0) return match[0];
  return groups.map((group) => (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? null);
});
