import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { RegistryClient } from '../../oci/registry-client.ts';
import { UserError } from '../../util/diagnostic.ts';
import { registryConfig } from './docker-registry.ts';

/**
 * Runs `work` with a registry on loopback over `storage`: how images get into the cache, with no lab up. The registry ends
 * with `work`, and by SIGKILL with this process.
 */
export const withLoopbackRegistry = async <T>(
  storage: string,
  work: (registry: RegistryClient) => Promise<T>,
): Promise<T> => {
  await mkdir(storage, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(storage, `.loopback-${process.pid}.json`);
  await writeFile(config, registryConfig({ listen: address, storage }));
  const server = execa('setpriv', ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config], {
    reject: false,
    all: true,
    stdin: 'ignore',
    maxBuffer: 1024 * 1024,
  });
  let ended = false;
  void server.then(() => {
    ended = true;
  });
  const client = new RegistryClient(address, { plainHttp: true, proxy: { http: '', https: '', none: '*' } });
  try {
    for (let tries = 0; !(await answers(client)); tries++) {
      if (ended || tries > 100) throw failed((await server).all);
      await delay(50);
    }
    return await work(client);
  } finally {
    await client.close();
    server.kill('SIGKILL');
    await server;
    await rm(config, { force: true });
  }
};

export const answers = (client: RegistryClient): Promise<boolean> =>
  client.ping().then(
    () => true,
    () => false,
  );

const failed = (said: string | undefined): UserError =>
  new UserError({
    severity: 'error',
    message: `docker-registry does not start: ${said?.trim().split('\n').at(-1) || 'it says nothing'}`,
    hint: 'apt-get install docker-registry',
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
