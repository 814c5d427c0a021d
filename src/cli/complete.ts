import type { Command } from 'commander';

/** `k8s-bm complete -- WORDS`: what may stand at the last word, a line each; nothing where a file name is expected. */
export const configure = (command: Command): void => {
  command.argument('[words...]', 'the words behind k8s-bm, up to the cursor').action(async (words: string[]) => {
    const { commands } = await import('./commands.ts');
    const { complete } = await import('./completion/candidates.ts');
    for (const word of await complete(words, commands)) process.stdout.write(`${word}\n`);
  });
};
