import type { Command } from 'commander';
import { addAddCommand } from './role/add.ts';
import { addInfoCommand } from './role/info.ts';
import { addInitCommand } from './role/init.ts';
import { addInstallCommand } from './role/install.ts';
import { addListCommand } from './role/list.ts';
import { addLoginCommand } from './role/login.ts';
import { addOutdatedCommand } from './role/outdated.ts';
import { addPublishCommand } from './role/publish.ts';
import { addPublishOwnCommand } from './role/publish-own.ts';
import { addRemoveCommand } from './role/remove.ts';
import { addSearchCommand } from './role/search.ts';
import { addTreeCommand } from './role/tree.ts';
import { addUpdateCommand } from './role/update.ts';
import { addVerifyCommand } from './role/verify.ts';
import { addWhyCommand } from './role/why.ts';

/** `k8s-bm role …`: a file beside this for each subcommand; what they work with is loaded when one of them runs. */
export const configure = (command: Command): void => {
  const all = [
    addInstallCommand,
    addAddCommand,
    addRemoveCommand,
    addUpdateCommand,
    addOutdatedCommand,
    addListCommand,
    addTreeCommand,
    addWhyCommand,
    addSearchCommand,
    addInfoCommand,
    addVerifyCommand,
    addPublishCommand,
    addPublishOwnCommand,
    addLoginCommand,
    addInitCommand,
  ];
  for (const add of all) add(command);
  for (const each of command.commands) each.showHelpAfterError(`(k8s-bm role ${each.name()} --help says more)`);
};
