import { Command } from 'commander';
import type { CommandEntry } from '../command-entry.ts';
import { namesFor } from './names.ts';

/** The last of `words` is what the user has typed of the word that is wanted; it may be empty. */
export const complete = async (words: readonly string[], entries: readonly CommandEntry[]): Promise<string[]> => {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const names = await candidates(before, typed, entries);
  return [...new Set(names)].filter((name) => name.startsWith(typed)).sort();
};

const candidates = async (
  before: readonly string[],
  typed: string,
  entries: readonly CommandEntry[],
): Promise<readonly string[]> => {
  const entry = entries.find(({ name }) => name === before[0]);
  if (!entry) return before.length === 0 ? entries.filter(({ hidden }) => !hidden).map(({ name }) => name) : [];
  // Some commands pass what follows on unread, which commander allows below such a parent only.
  let command = new Command().enablePositionalOptions().command(entry.name);
  (await entry.load()).configure(command);
  const words: string[] = [];
  for (const word of before.slice(1)) {
    const sub = words.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (sub) command = sub;
    else words.push(word);
  }
  const last = words.at(-1) ?? '';
  const asked = command.options.find(
    ({ short, long, required, optional }) => [short, long].includes(last) && (required || optional),
  );
  if (asked) return asked.argChoices ?? namesFor(asked.attributeName(), entry.name, words, typed);
  if (typed.startsWith('-')) return command.options.flatMap(({ long }) => long ?? []);
  if (command.commands.length > 0 && words.length === 0) return command.commands.map((each) => each.name());
  const [argument] = command.registeredArguments;
  return argument?.argChoices ?? namesFor(argument?.name() ?? '', entry.name, words, typed);
};
