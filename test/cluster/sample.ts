import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registryName } from '../../src/lab/registry/image-registry.ts';
import type { TestHost } from '../lab-hosts.ts';
import { kubectl, root } from './deploy-command.ts';

/** Applies examples/nginx.yml with its image from the lab's registry, and waits until all of its pods run. */
export const startSample = async (master: TestHost): Promise<void> => {
  const sample = (await readFile(join(root, 'examples/nginx.yml'), 'utf8')).replace(
    'image: nginx',
    `image: ${registryName}/docker.io/library/nginx`,
  );
  await master.must(`${kubectl} apply -f - <<'E'\n${sample}\nE`);
  await master.must(`${kubectl} rollout status deployment/nginx --timeout=300s`);
};
