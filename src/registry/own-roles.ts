import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Published, publish, type Wish } from './publish.ts';
import type { OpenSources } from './sources/sources.ts';

/**
 * Publishes what `k8s-bm deploy` runs, the roles and the playbooks that name them, as one collection under the program's own
 * version: they share templates and the table of versions, so no part of them is of use by itself.
 */
export const publishOwnRoles = async (
  home: string,
  address: string,
  how: Pick<Wish, 'replace' | 'signer' | 'signAs'>,
  sources: Pick<OpenSources, 'network'>,
): Promise<Published> => {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-own-roles-'));
  try {
    for (const part of ['roles', 'playbooks', 'LICENSE'])
      cpSync(join(home, part), join(folder, part), { recursive: true });
    writeFileSync(
      join(folder, 'galaxy.yml'),
      `namespace: k8s_bm\nname: cluster\nversion: ${version}\ndescription: Kubernetes on bare metal, as k8s-bm deploy makes it\nlicense: [Apache-2.0]\nreadme: README.md\nauthors: []\n`,
    );
    return await publish({ kind: 'collection', folder, address, ...how }, sources);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
