import type { Command } from 'commander';
import { serveProxy } from '../../lab/proxy.ts';

/** What `lab up` starts in the background; not for people. */
export const addProxyCommand = (lab: Command): void => {
  lab
    .command('proxy <address> <port>', { hidden: true })
    .description('serve as the HTTP proxy by which a lab’s hosts get packages')
    .action(async (address: string, port: string) => {
      await serveProxy(address, Number(port));
    });
};
