import { quote } from '../shell/quote.ts';
import { splitWords } from '../words.ts';
import { askHint, type BecomeMethod, becomeUser } from './method.ts';

/**
 * su (util-linux, busybox) reads one line from its standard input where that is no terminal. Its question is translated,
 * so it is known by the colon that it ends with.
 */
export const su: BecomeMethod = {
  name: 'su',
  command(identity, command) {
    const words = [identity.exe ?? 'su', ...splitWords(identity.flags ?? ''), becomeUser(identity), '-c', command];
    return words.map(quote).join(' ');
  },
  asks: (identity) => identity.password !== undefined,
  needsTerminal: () => false,
  questions: (output) => (/[:：] ?$/.test(output) ? 1 : 0),
  explain(output, identity) {
    const user = becomeUser(identity);
    if (/user .*does not exist|unknown id|unknown user|No passwd entry/i.test(output))
      return { message: `there is no user ${user} on the host` };
    if (/must be run from a terminal|standard in must be a tty/i.test(output))
      return { message: 'su insists on a terminal', hint: 'use become_method: sudo' };
    if (/not found|No such file|Unknown command/i.test(output))
      return { message: 'there is no su on the host', hint: 'use become_method: sudo' };
    if (identity.password === undefined)
      return { message: `su wants the password of ${user}, and none was given`, hint: askHint };
    if (/failure|incorrect|denied|Sorry/i.test(output))
      return { message: `su refused the password of ${user}`, hint: askHint };
    return { message: 'su did not start a shell' };
  },
};
