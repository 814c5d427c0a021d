import { plugin } from '../plugin.ts';
import { asString } from '../python/arguments.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

interface Style {
  readonly beginning?: string;
  readonly decoration: string;
  readonly end?: string;
}

const styles: Readonly<Record<string, Style>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
};

const options = new Set([
  'newline',
  'beginning',
  'prefix',
  'prefix_count',
  'decoration',
  'postfix',
  'postfix_count',
  'end',
]);

/** Makes a comment of a text, in a style of its own or with the given marks. */
export const comment = plugin("style='plain', **kw", (_, value, name, kw) => {
  const given = kw as Map<string, Value>;
  for (const key of given.keys()) if (!options.has(key)) throw new TemplateError(`comment has no option '${key}'`);
  const style = styles[toText(name)];
  if (!style)
    throw new TemplateError(`comment knows no style '${toText(name)}': it has ${Object.keys(styles).join(', ')}`);
  const option = (key: string, fallback: string): string => toText(given.get(key) ?? fallback);
  const newline = option('newline', '\n');
  const decoration = option('decoration', style.decoration);
  const [beginning, end] = [option('beginning', style.beginning ?? ''), option('end', style.end ?? '')];
  const repeated = (kind: 'prefix' | 'postfix', part: (mark: string) => string): string =>
    part(option(kind, decoration.trimEnd())).repeat(Number(option(`${kind}_count`, '1')));
  const text = decoration + asString(value, 'the text of a comment').replaceAll(newline, newline + decoration);
  return [
    beginning && beginning + newline,
    repeated('prefix', (mark) => mark && mark + newline),
    text.replaceAll(decoration + newline, decoration.trimEnd() + newline),
    repeated('postfix', (mark) => newline + mark),
    end && newline + end,
  ].join('');
});
