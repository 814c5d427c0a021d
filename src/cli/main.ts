import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { commands } from './commands.ts';

/** The program. Each command's own file is loaded only when that command is asked for, so that `--help` stays quick. */
const program = new Command('k8s-bm')
  .description(
    'Runs Ansible-format playbooks over SSH on hosts that have only sh, and makes Kubernetes on bare metal with it.',
  )
  .version(version(), '-V, --version')
  .showHelpAfterError('(k8s-bm --help lists the commands)')
  .enablePositionalOptions();

for (const { name, summary, hidden = false, load } of commands) {
  const command = program.command(name, { hidden }).description(summary);
  if (process.argv[2] === name) (await load()).configure(command);
}

await program.parseAsync();

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
