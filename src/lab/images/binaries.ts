import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request } from 'undici';
import { thisPlatform } from '../../oci/descriptor.ts';
import { UserError } from '../../util/diagnostic.ts';
import { tool } from '../tool.ts';
import type { Program } from './program.ts';
import { binaryPath } from './program-cache.ts';
import { versions } from './programs.ts';

/** A file that the lab serves over HTTP in the place of an upstream. */
export interface ServedFile {
  /** Its upstream's URL. Under the lab's `binaries_url` it has this without `https://`, as in any mirror of files. */
  readonly upstream: string;
  readonly program: Program;
  readonly binary: string;
  /** The folder in which a .tar.gz has the binary; undefined: the file is the binary. */
  readonly archive?: string | undefined;
}

/** What the node image is made of, and kubectl. */
export const servedFiles = (programs: readonly Program[]): ServedFile[] => {
  const { architecture } = thisPlatform();
  return programs.flatMap((program): ServedFile[] => {
    const { version } = program;
    if (program.name === 'kubernetes')
      return ['kubelet', 'kubectl', 'kube-proxy'].map((binary) => ({
        upstream: `https://dl.k8s.io/${version}/bin/linux/${architecture}/${binary}`,
        program,
        binary,
      }));
    if (program.name === 'cri-dockerd')
      return [
        {
          upstream: `https://github.com/Mirantis/cri-dockerd/releases/download/${version}/cri-dockerd-${version.slice(1)}.${architecture}.tgz`,
          program,
          binary: 'cri-dockerd',
          archive: 'cri-dockerd',
        },
      ];
    return [];
  });
};

export const servedPath = (cache: string, { upstream }: ServedFile): string =>
  join(cache, 'binaries', upstream.replace(/^https?:\/\//, ''));

export const isServed = async (cache: string, file: ServedFile): Promise<boolean> =>
  access(`${servedPath(cache, file)}.sha256`).then(
    () => true,
    () => false,
  );

/** Puts a built binary where it is served, with its digest beside it as dl.k8s.io has it. */
export const serveBuilt = async (cache: string, file: ServedFile): Promise<void> => {
  const path = servedPath(cache, file);
  const binary = await binaryPath(cache, file.program, file.binary);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  if (file.archive === undefined) await link(binary, path).catch(() => copyFile(binary, path));
  else {
    const fixed = [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--use-compress-program=gzip -n',
    ];
    const rename_ = `--transform=s,^,${file.archive}/,`;
    await tool('tar', ['--create', ...fixed, rename_, '--file', path, '--directory', dirname(binary), file.binary]);
  }
  await writeDigest(path);
};

/** The newest Kubernetes whose kubelet is among served files (their digests by path); undefined while there is none. */
export const newestServed = (digests: Readonly<Record<string, string>>): string | undefined =>
  versions.kubernetes.find((version) =>
    Object.keys(digests).some((path) => path.startsWith(`dl.k8s.io/${version}/`) && path.endsWith('/kubelet')),
  );

/** Fetches a file from its upstream; a UserError where that fails, or where its published digest is another. */
export const fetchServed = async (cache: string, file: ServedFile, signal?: AbortSignal): Promise<void> => {
  const path = servedPath(cache, file);
  await mkdir(dirname(path), { recursive: true });
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: 10_000 } });
  const get = async (url: string) => {
    for (let at = url, hops = 0; hops < 6; hops++) {
      const answer = await request(at, { dispatcher, ...(signal ? { signal } : {}) });
      const { location } = answer.headers;
      if (typeof location !== 'string') return answer;
      await answer.body.dump();
      at = new URL(location, at).href;
    }
    throw new Error('it redirects in a circle');
  };
  try {
    const answer = await get(file.upstream);
    if (answer.statusCode !== 200) throw new Error(`it answered ${answer.statusCode}`);
    await pipeline(answer.body, createWriteStream(`${path}.part`, { mode: 0o755 }));
    const published = await get(`${file.upstream}.sha256`);
    const wanted = published.statusCode === 200 ? (await published.body.text()).trim().split(/\s/)[0] : undefined;
    if (published.statusCode !== 200) await published.body.dump();
    const found = await sha256(`${path}.part`);
    if (wanted !== undefined && wanted !== found) throw new Error(`its sha256 is ${found}, and ${wanted} is published`);
    await rename(`${path}.part`, path);
    await writeDigest(path);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new UserError(
      { severity: 'error', message: `${file.upstream} could not be fetched: ${(cause as Error).message}` },
      { cause },
    );
  } finally {
    await dispatcher.close();
    await rm(`${path}.part`, { force: true });
  }
};

/** Path below `binaries_url` → sha256, of everything that is served: what a cluster pins that takes files from the lab. */
export const servedDigests = async (cache: string): Promise<Record<string, string>> => {
  const root = join(cache, 'binaries');
  const names = (await readdir(root, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.sha256'));
  const digests = names
    .sort()
    .map(async (name) => [name.slice(0, -7), await readFile(join(root, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(digests));
};

const writeDigest = async (path: string): Promise<void> => writeFile(`${path}.sha256`, await sha256(path));

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};
