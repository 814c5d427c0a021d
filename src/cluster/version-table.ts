import { readFileSync } from 'node:fs';
import { loadYaml } from '../language/yaml.ts';
import { plain } from '../modules/coerce.ts';
import type { Value } from '../template/values.ts';
import type { ComponentVersions, VersionTable } from './versions.ts';

/** The table of versions from the variables of the role `cluster`, where the roles read it too. */
export const readVersionTable = (file: string): VersionTable => {
  const [variables] = loadYaml(readFileSync(file, 'utf8'), file).documents;
  const table = (variables as ReadonlyMap<Value, Value>).get('component_versions');
  return new Map(Object.entries(plain(table as Value) as Record<string, ComponentVersions>));
};
