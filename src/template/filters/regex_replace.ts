import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { compileRegex } from '../python/regex.ts';
import { substitute } from '../python/regex-replace.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';

export const regex_replace = plugin(
  "pattern='', replacement='', ignorecase=False, multiline=False, count=0, mandatory_count=0",
  (_, value, pattern, replacement, ignorecase, multiline, count, mandatoryCount) => {
    const regex = compileRegex(toText(pattern), { ignoreCase: truthy(ignorecase), multiline: truthy(multiline) });
    const result = substitute(regex, toText(replacement), toText(value), asInteger(count, 'count'));
    const wanted = asInteger(mandatoryCount, 'mandatory_count');
    if (wanted > 0 && result.count !== wanted) {
      throw new TemplateError(`'${toText(pattern)}' should match ${wanted} times, but matched ${result.count} times`);
    }
    return result.text;
  },
);
