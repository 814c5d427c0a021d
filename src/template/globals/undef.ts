import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { Undefined } from '../values.ts';

/** A value that is undefined on purpose: it must be overridden by whoever uses it, and `hint` says so. */
export const undef = plugin(
  'hint=None',
  (_, hint) =>
    new Undefined(
      'undef',
      hint === null ? 'this variable must be overridden: it is undefined on purpose' : toText(hint),
    ),
);
