import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { type DumpOptions, dumpYaml } from '../yaml/dump.ts';

/** In PyYAML's own style: collections that hold only scalars in one line. */
export const to_yaml = plugin('*args, **kw', (_, value, args, kw) =>
  dumpYaml(value, dumpOptions(new Map(kw as Map<string, Value>), (args as Value[])[0] ?? null, undefined)),
);

const known = ['indent', 'width', 'default_style', 'sort_keys', 'explicit_start', 'explicit_end'];
const ignored = [
  'default_flow_style',
  'line_break',
  'encoding',
  'canonical',
  'version',
  'tags',
  'dump_vault_tags',
  'vault_to_text',
];

export const dumpOptions = (
  named: ReadonlyMap<string, Value>,
  flow: Value,
  indent: number | undefined,
): DumpOptions => {
  for (const key of named.keys()) {
    if (!known.includes(key) && !ignored.includes(key)) throw new TemplateError(`writing YAML has no option '${key}'`);
  }
  const number = (key: string): number | undefined => {
    const given = named.get(key) ?? null;
    return given === null ? undefined : asInteger(given, key);
  };
  const yes = (key: string, fallback: boolean): boolean => truthy(named.get(key) ?? fallback);
  const style = named.get('default_style') ?? null;
  const wantedFlow = named.get('default_flow_style') ?? flow;
  return {
    indent: number('indent') ?? indent,
    width: number('width'),
    flow: wantedFlow === null ? undefined : truthy(wantedFlow),
    style: style === null ? undefined : (toText(style) as '|'),
    sortKeys: yes('sort_keys', true),
    explicitStart: yes('explicit_start', false),
    explicitEnd: yes('explicit_end', false),
  };
};
