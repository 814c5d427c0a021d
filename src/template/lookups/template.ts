import { readFileSync } from 'node:fs';
import { decode } from '../../util/bytes.ts';
import { plugin, type RenderTextOptions } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { requireFile } from './find-file.ts';

/** Template files, rendered; `template_vars` are names that they see besides. */
export const template = plugin(
  'convert_data=True, template_vars=None, variable_start_string=None, variable_end_string=None, comment_start_string=None, comment_end_string=None, trim_blocks=True, lstrip_blocks=False, jinja2_native=False',
  (
    context,
    terms,
    _convert,
    templateVars,
    variableStart,
    variableEnd,
    commentStart,
    commentEnd,
    trimBlocks,
    lstripBlocks,
  ) => {
    const optional = (value: Value): string | undefined => (value === null ? undefined : toText(value));
    const options: RenderTextOptions = {
      variableStart: optional(variableStart),
      variableEnd: optional(variableEnd),
      commentStart: optional(commentStart),
      commentEnd: optional(commentEnd),
      ...(truthy(trimBlocks) ? {} : { trimBlocks: false }),
      ...(truthy(lstripBlocks) ? { lstripBlocks: true } : {}),
    };
    if (templateVars !== null && !isMapping(templateVars)) throw new TemplateError('template_vars must be a dict');
    const more = new Map(
      templateVars === null ? [] : entriesOf(templateVars).map(([key, value]) => [toText(key), value]),
    );
    return (terms as Value[]).map((term) => {
      const path = requireFile(context, toText(term), ['templates']);
      const text = decode(context.surroundings.decryptFile(readFileSync(path)));
      return toText(context.renderText(text, path, more, options) ?? '');
    });
  },
  { impure: true },
);
