import { Command } from 'commander';
import { commands } from './commands.ts';

// A reader that has seen enough (`| head`) is no error, and does not end what runs on hosts half-way.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** The program. Each command's own file is loaded only when that command is asked for, so that `--help` stays quick. */
const program = new Command('k8s-bm')
  .description(
    'Runs Ansible-format playbooks over SSH on hosts that have only sh, and makes Kubernetes on bare metal with it.',
  )
  .option('-V, --version', 'tell the version, what it runs on, and which Kubernetes it knows')
  .showHelpAfterError('(k8s-bm --help lists the commands)')
  .enablePositionalOptions();

for (const { name, summary, hidden = false, load } of commands) {
  const command = program.command(name, { hidden }).description(summary);
  if (process.argv[2] === name) (await load()).configure(command);
}

if (['-V', '--version'].includes(process.argv[2] ?? '')) {
  process.stdout.write((await import('./version.ts')).versionText());
} else await program.parseAsync();
