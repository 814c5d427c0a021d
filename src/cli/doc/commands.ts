import { Command } from 'commander';
import type { CommandEntry } from '../command-entry.ts';

/** Every command with its options, as `--help` tells of it, in Markdown. */
export const commandsPage = async (entries: readonly CommandEntry[]): Promise<string> => {
  const parts = ['# The commands\n'];
  for (const { name, summary, hidden = false, load } of entries) {
    if (hidden) continue;
    const command = new Command('k8s-bm').enablePositionalOptions().command(name).description(summary);
    (await load()).configure(command);
    parts.push(section(command, `k8s-bm ${name}`, 2));
    for (const sub of command.commands) parts.push(section(sub, `k8s-bm ${name} ${sub.name()}`, 3));
  }
  return parts.join('\n');
};

const section = (command: Command, name: string, level: number): string => {
  const said: string[] = [];
  command.configureHelp({ helpWidth: 120 }).configureOutput({ writeOut: (part) => void said.push(part) });
  command.outputHelp();
  return `${'#'.repeat(level)} ${name}\n\n\`\`\`text\n${said.join('').trimEnd()}\n\`\`\`\n`;
};
