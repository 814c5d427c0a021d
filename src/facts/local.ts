import type { Value } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/**
 * Facts that the host's owner keeps in `*.fact` files: a program prints them, any other file holds them, as JSON or as an
 * INI file of sections. They are under `ansible_local`, by the file's name.
 */
export const localFacts = (folder = '/etc/ansible/facts.d'): FactFamily => ({
  name: 'local',
  minimal: true,
  shell: sh`for kb_f in ${folder}/*.fact; do
  [ -f "$kb_f" ] || continue
  kb_a=\${kb_f##*/}
  kb_part "f\${kb_a%.fact}"
  if [ -x "$kb_f" ]; then "$kb_f" 2>/dev/null </dev/null || kb_part "x\${kb_a%.fact}"; else cat "$kb_f"; fi
done`,
  parse: (parts) => [
    [
      'ansible_local',
      dict(
        parts
          .under('f')
          .map(([name, text]) => [
            name,
            parts.has(`x${name}`)
              ? `the program ${folder}/${name}.fact failed`
              : (fromJson(text) ?? fromIni(text) ?? `${folder}/${name}.fact is neither JSON nor INI`),
          ]),
      ),
    ],
  ],
});

const fromJson = (text: string): Value | undefined => {
  try {
    return fromPlain(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const fromPlain = (value: unknown): Value => {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value !== null && typeof value === 'object')
    return dict(Object.entries(value).map(([key, each]) => [key, fromPlain(each)]));
  return value as Value;
};

/** As Python's configparser reads it: sections of `key = value` or `key: value`, keys in lower case. */
const fromIni = (text: string): Value | undefined => {
  const sections = dict([]);
  let section: Map<Value, Value> | undefined;
  for (const line of text.split('\n')) {
    const heading = /^\[(.+)\]\s*$/.exec(line);
    const entry = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (/^\s*([#;].*)?$/.test(line)) continue;
    if (heading) {
      section = dict([]);
      sections.set(heading[1] as string, section);
    } else if (entry && section) section.set((entry[1] as string).toLowerCase(), entry[2] as string);
    else return undefined;
  }
  return sections.size > 0 ? sections : undefined;
};
