import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';

export interface DefaultOfSetting {
  /** As it stands in the role: YAML on one line. */
  readonly value: string;
  readonly role: string;
}

/** The default of every setting, from roles/<role>/defaults/main.yml. */
export const readDefaults = (roles: string): ReadonlyMap<string, DefaultOfSetting> => {
  const found = new Map<string, DefaultOfSetting>();
  for (const role of readdirSync(roles)) {
    const file = join(roles, role, 'defaults/main.yml');
    if (!existsSync(file)) continue;
    const defaults = parseDocument(readFileSync(file, 'utf8')).toJS() as Record<string, unknown> | null;
    for (const [name, value] of Object.entries(defaults ?? {}))
      found.set(name, { value: stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim(), role });
  }
  return found;
};
