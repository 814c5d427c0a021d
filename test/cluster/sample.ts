import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { registryName } from '../../src/lab/registry/image-registry.ts';
import type { TestHost } from '../lab-hosts.ts';
import { kubectl, root } from './deploy-command.ts';

const controllers = { nginx: 'deployment/nginx', 'nginx-rc': 'rc/nginx-rc' } as const;

/** Applies one of examples/ with its image from the lab's registry, and waits until its three pods are ready. */
export const startSample = async (master: TestHost, name: keyof typeof controllers = 'nginx'): Promise<void> => {
  const sample = (await readFile(join(root, `examples/${name}.yml`), 'utf8')).replace(
    'image: nginx',
    `image: ${registryName}/docker.io/library/nginx`,
  );
  await master.must(`${kubectl} apply -f - <<'E'\n${sample}\nE`);
  await sampleIsReady(master, name);
};

export const sampleIsReady = async (master: TestHost, name: keyof typeof controllers): Promise<void> => {
  await master.must(`${kubectl} wait ${controllers[name]} --for=jsonpath={.status.readyReplicas}=3 --timeout=300s`);
};

/** Resolves when the sample answers on its port of this host, three times in a row. */
export const sampleAnswers = async (address: string, port = 30080): Promise<void> => {
  const until = performance.now() + 300_000;
  for (let inARow = 0; inARow < 3; ) {
    const text = await page(address, port).catch(() => '');
    inARow = text.includes('Welcome to nginx!') ? inARow + 1 : 0;
    if (performance.now() > until) throw new Error(`${address}:${port} does not answer`);
    await delay(inARow > 0 ? 50 : 300);
  }
};

/** What a web server of a host answers. */
export const page = async (address: string, port: number): Promise<string> => {
  const response = await fetch(`http://${address}:${port}/`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
};
