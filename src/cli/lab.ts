import type { Command } from 'commander';
import { addDemoCommand } from './lab/demo.ts';
import { addHostCommands } from './lab/hosts.ts';
import { addImagesCommand } from './lab/images.ts';
import { addProxyCommand } from './lab/proxy.ts';
import { addStatusCommand } from './lab/status.ts';
import { addUpCommand } from './lab/up.ts';

/** `k8s-bm lab …`: a file beside this for each subcommand, or for a few that are alike. */
export const configure = (command: Command): void => {
  for (const add of [
    addUpCommand,
    addStatusCommand,
    addHostCommands,
    addImagesCommand,
    addProxyCommand,
    addDemoCommand,
  ])
    add(command);
};
