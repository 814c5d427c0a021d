import { quote } from '../shell/quote.ts';
import { splitWords } from '../words.ts';
import { askHint, type BecomeMethod, becomeUser } from './method.ts';

/** sudo reads the password from its standard input (`-S`), asked with a prompt of ours (`-p`); no terminal. */
export const sudo: BecomeMethod = {
  name: 'sudo',
  command(identity, command, prompt) {
    const words = splitWords(identity.flags ?? '-H -S -n');
    const flags = identity.password === undefined ? words : withPrompt(words, prompt);
    return [...[identity.exe ?? 'sudo', ...flags, '-u', becomeUser(identity)].map(quote), command].join(' ');
  },
  asks: (identity) => identity.password !== undefined,
  needsTerminal: () => false,
  questions: (output, prompt) => output.split(prompt).length - 1,
  explain(output, identity) {
    const user = becomeUser(identity);
    if (/password is required|no password was provided/i.test(output))
      return { message: `sudo wants a password to become ${user}, and none was given`, hint: askHint };
    if (/Sorry, try again|incorrect password/i.test(output))
      return { message: 'sudo refused the password', hint: askHint };
    if (/not in the sudoers file|is not allowed to (run|execute)|may not run sudo/i.test(output))
      return {
        message: `the login user may not become ${user} by sudo`,
        hint: 'add it to a group that sudoers allows, or log in as another user',
      };
    if (/must have a tty/i.test(output))
      return { message: 'sudo insists on a terminal', hint: "remove 'Defaults requiretty' from the host's sudoers" };
    if (/unknown user/i.test(output)) return { message: `there is no user ${user} on the host` };
    if (/not found|No such file|Unknown command/i.test(output))
      return { message: 'there is no sudo on the host', hint: 'log in as root, or set become_method' };
    return { message: 'sudo did not start a shell' };
  },
};

/** `-n` would refuse instead of asking. */
const withPrompt = (words: readonly string[], prompt: string): string[] => [
  ...words
    .map((word) => (/^-[A-Za-z]*n[A-Za-z]*$/.test(word) ? word.replace('n', '') : word))
    .filter((word) => word !== '-'),
  ...(words.some((word) => /^-[A-Za-z]*S/.test(word)) ? [] : ['-S']),
  '-p',
  prompt,
];
