import { readFileSync } from 'node:fs';
import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import type { Value } from '../values.ts';
import { requireFile } from './find-file.ts';

/** The contents of files on the controller, without the line ends at their end. */
export const file = plugin(
  'rstrip=True, lstrip=False',
  (context, terms, rstrip, lstrip) =>
    (terms as Value[]).map((term) => {
      const bytes = readFileSync(requireFile(context, toText(term), ['files']));
      const text = decode(context.surroundings.decryptFile(bytes));
      const right = truthy(rstrip) ? text.trimEnd() : text;
      return truthy(lstrip) ? right.trimStart() : right;
    }),
  { impure: true },
);

/** The same, of files that may be encrypted, with every byte. */
export const unvault = plugin(
  '',
  (context, terms) =>
    (terms as Value[]).map((term) =>
      decode(context.surroundings.decryptFile(readFileSync(requireFile(context, toText(term), ['files'])))),
    ),
  { impure: true },
);
