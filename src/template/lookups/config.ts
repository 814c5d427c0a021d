import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The values of settings, by their names in Ansible. */
export const config = plugin(
  "on_missing='error', plugin_type=None, plugin_name=None, show_origin=False",
  (context, terms, onMissing) =>
    (terms as Value[]).flatMap((term) => {
      const value = context.surroundings.configuration(toText(term));
      if (value !== undefined) return [value];
      if (onMissing === 'error') throw new TemplateError(`there is no setting '${toText(term)}'`);
      if (onMissing === 'warn') context.surroundings.warn(`there is no setting '${toText(term)}'`);
      return [];
    }),
);
