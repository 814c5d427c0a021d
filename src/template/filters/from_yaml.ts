import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import { loadYaml } from '../yaml/load.ts';

export const from_yaml = plugin('', (_, value) => {
  if (value === null) return null;
  if (typeof value !== 'string') return value;
  const documents = loadYaml(toText(value));
  if (documents.length > 1) throw new TemplateError('there are several YAML documents here: from_yaml_all reads those');
  return documents[0] ?? null;
});
