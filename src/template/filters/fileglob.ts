import { globFiles } from '../lookups/glob.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** The files on the controller that a pattern matches. */
export const fileglob = plugin(
  '',
  (context, value) => globFiles(toText(value), context.surroundings.workingDirectory),
  { impure: true },
);
