import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RegistryClient } from '../../oci/registry-client.ts';
import { issue, makeAuthority } from '../../pki/issue.ts';
import { UserError } from '../../util/diagnostic.ts';
import { newestServed, servedDigests } from '../images/binaries.ts';
import { nodeBase } from '../images/catalogue.ts';
import { registryStorage } from '../images/fill.ts';
import { versions } from '../images/programs.ts';
import { launch, processesOf } from '../process.ts';
import type { LabService, ServiceOptions } from '../service.ts';
import type { LabNetwork, LabPlace } from '../state.ts';
import { registryConfig } from './docker-registry.ts';
import { answers } from './loopback.ts';
import { cloneStorage } from './storage.ts';

/** The registry as hosts know it: a name of /etc/hosts, with a CA that Docker finds in its certs.d. */
export const registryName = 'registry.lab:5000';
const binariesPort = 5080;

/**
 * The lab's registry on its bridge, with TLS and a CA of its own, and beside it the binaries over HTTP. Images lie under
 * their whole upstream names (`registry.lab:5000/registry.k8s.io/pause:3.10.1`), binaries under their URLs without
 * `https://`; what the node image is made on is `registry.lab:5000/k8s-bm/node-base:1`.
 */
export const imageRegistry: LabService = {
  name: 'registry',
  needs: [
    { program: 'docker-registry', package: 'docker-registry' },
    { program: 'busybox', package: 'busybox-static' },
  ],
  start: async (place, network, options) => {
    const own = registryFolder(place);
    const { cache } = place.home;
    const ca = join(own, 'ca.crt');
    await mkdir(join(own, 'storage'), { recursive: true });
    if (!existsSync(ca)) await makeCertificates(own, network);
    await cloneStorage(registryStorage(cache), join(own, 'storage'));
    await mkdir(join(cache, 'binaries'), { recursive: true });
    const listen = `${network.gateway}:5000`;
    const tls = { certificate: join(own, 'registry.crt'), key: join(own, 'registry.key') };
    await writeFile(join(own, 'config.json'), registryConfig({ listen, storage: join(own, 'storage'), tls }));
    await once(place, 'registry', ['docker-registry', 'serve', join(own, 'config.json')]);
    const http = ['httpd', '-f', '-p', `${network.gateway}:${binariesPort}`, '-h', join(cache, 'binaries')];
    await once(place, 'binaries', ['busybox', ...http]);
    const caText = await readFile(ca, 'utf8');
    await waitFor(place, listen, caText, options);
    const digests = await servedDigests(cache);
    return {
      names: [{ address: network.gateway, names: ['registry.lab'] }],
      files: [{ path: `/etc/docker/certs.d/${registryName}/ca.crt`, content: caText }],
      variables: {
        image_registry: registryName,
        image_registry_ca: ca,
        node_base_image: nodeBase,
        binaries_url: `http://${network.gateway}:${binariesPort}`,
        binaries_sha256: digests,
        kubernetes_version: newestServed(digests) ?? versions.kubernetes[0],
      },
    };
  },
};

/** Adds to a lab's registry what the cache has got since the lab was made; does nothing where the lab has none. */
export const refreshRegistry = async (place: LabPlace): Promise<void> => {
  const storage = join(registryFolder(place), 'storage');
  if (existsSync(storage)) await cloneStorage(registryStorage(place.home.cache), storage);
};

const registryFolder = (place: LabPlace): string => join(place.folder, 'registry');

const makeCertificates = async (own: string, { gateway }: LabNetwork): Promise<void> => {
  const authority = await makeAuthority("k8s-bm lab's registry");
  const alternativeNames = ['registry.lab', gateway, 'localhost'];
  const server = await issue(authority, { commonName: 'registry.lab', usages: ['server'], alternativeNames });
  await writeFile(join(own, 'registry.key'), server.key, { mode: 0o600 });
  await writeFile(join(own, 'registry.crt'), server.certificate);
  await writeFile(join(own, 'ca.crt'), authority.certificate);
};

const once = async (place: LabPlace, group: string, argv: readonly string[]): Promise<void> => {
  if ((await processesOf(place, group)).length > 0) return;
  await launch(place, group, argv, { log: join(registryFolder(place), `${group}.log`) });
};

const waitFor = async (place: LabPlace, listen: string, ca: string, { signal }: ServiceOptions): Promise<void> => {
  const client = new RegistryClient(listen, { ca, retries: 0, proxy: { http: '', https: '', none: '*' } });
  try {
    for (let tries = 0; !(await answers(client)); tries++) {
      signal?.throwIfAborted();
      for (const group of ['registry', 'binaries'])
        if ((await processesOf(place, group)).length === 0) throw await silent(place, group);
      if (tries > 200) throw await silent(place, 'registry');
      await delay(50);
    }
  } finally {
    await client.close();
  }
};

const silent = async (place: LabPlace, group: string): Promise<UserError> => {
  const log = join(registryFolder(place), `${group}.log`);
  const said = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').at(-1);
  return new UserError({
    severity: 'error',
    message: `the lab's registry does not start (${group}): ${said || 'it says nothing'}`,
    hint: "it listens on the address of the lab's bridge, ports 5000 and 5080: something else may have taken them",
  });
};
