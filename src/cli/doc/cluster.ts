import { join } from 'node:path';
import { readDefaults } from '../../cluster/defaults.ts';
import { settings } from '../../cluster/settings.ts';
import type { Page } from './page.ts';

/** Every setting of a cluster, with its default and an example. */
export const clusterPage = (shipped: string): Page => {
  const defaults = readDefaults(join(shipped, 'roles'));
  return {
    title: 'The settings of a cluster',
    text: [
      'They are variables of the inventory, or of group_vars and host_vars beside it. One that may differ from host to host says so; all others must be the same everywhere.',
      'The groups masters, workers and etcd say which host does what: a host may be in several, and without a group etcd the masters carry it.',
    ],
    entries: settings.map(({ name, scope, summary, example }) => {
      const known = defaults.get(name);
      const facts = [
        scope === 'host' ? ['may differ from host to host'] : [],
        known && !/^("{2}|\[\]|\{\})$/.test(known.value) ? [`default ${known.value}`] : [],
        example === known?.value ? [] : [`such as ${example}`],
      ];
      return { name, facts: facts.flat(), text: summary };
    }),
  };
};
