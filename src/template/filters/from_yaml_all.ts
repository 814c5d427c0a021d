import { plugin } from '../plugin.ts';
import { loadYaml } from '../yaml/load.ts';

export const from_yaml_all = plugin('', (_, value) => {
  if (value === null) return [];
  return typeof value === 'string' ? loadYaml(value) : value;
});
