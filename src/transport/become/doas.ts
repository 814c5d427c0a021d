import { quote } from '../shell/quote.ts';
import { splitWords } from '../words.ts';
import { askHint, type BecomeMethod, becomeUser } from './method.ts';

/** doas asks on the terminal and nowhere else, so with a password it gets one; without, `-n` makes it refuse at once. */
export const doas: BecomeMethod = {
  name: 'doas',
  command(identity, command) {
    const flags = [...splitWords(identity.flags ?? ''), ...(identity.password === undefined ? ['-n'] : [])];
    return [...[identity.exe ?? 'doas', ...flags, '-u', becomeUser(identity)].map(quote), command].join(' ');
  },
  asks: (identity) => identity.password !== undefined,
  needsTerminal: (identity) => identity.password !== undefined,
  questions: (output) => output.split(/password: ?/i).length - 1,
  explain(output, identity) {
    const user = becomeUser(identity);
    if (/Authentication (required|failed)|a tty is required/i.test(output))
      return identity.password === undefined
        ? { message: `doas wants a password to become ${user}, and none was given`, hint: askHint }
        : { message: 'doas refused the password', hint: askHint };
    if (/Operation not permitted/i.test(output))
      return {
        message: `the login user may not become ${user} by doas`,
        hint: "permit it in the host's /etc/doas.conf",
      };
    if (/unknown user/i.test(output)) return { message: `there is no user ${user} on the host` };
    if (/not found|No such file|Unknown command/i.test(output))
      return { message: 'there is no doas on the host', hint: 'set become_method' };
    return { message: 'doas did not start a shell' };
  },
};
