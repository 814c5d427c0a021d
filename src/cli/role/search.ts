import { homedir } from 'node:os';
import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { withSources } from './project.ts';
import { print, table } from './report.ts';

interface SearchFlags {
  readonly collection: boolean;
  readonly server?: string;
}

/** `k8s-bm role search docker`, on Galaxy; `k8s-bm role search oci://registry.example/k8s docker`, in a registry. */
export const addSearchCommand = (role: Command): void => {
  role
    .command('search')
    .description('look for roles on Galaxy, or in a registry: oci://HOST[/PREFIX] first')
    .argument('<words...>', 'what names and descriptions hold')
    .option('--collection', 'look for collections', false)
    .option('--server <url>', 'another Galaxy server')
    .action((words: string[], flags: SearchFlags) =>
      tellFailures((signal) =>
        withSources(signal, async (sources) => {
          const { searchGalaxy, searchRegistry } = await import('../../registry/search.ts');
          const { network } = await sources();
          const [first = '', ...rest] = words;
          const kind = flags.collection ? 'collection' : 'role';
          const options = { environment: process.env, home: homedir(), signal };
          const hits = first.startsWith('oci://')
            ? await searchRegistry(first, rest, network)
            : await searchGalaxy(kind, words, flags.server, network, options);
          if (hits.length === 0) print('Nothing was found.');
          else table(hits.map(({ name, version, description }) => [name, version, description.slice(0, 100)]));
        }),
      ),
    );
};
