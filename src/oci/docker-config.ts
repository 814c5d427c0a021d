import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Credentials } from './authentication.ts';

/** The parts of Docker's config.json that are about registries (docker login, "Credential stores", "Credential helpers"). */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

export interface CredentialPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The credentials that `docker login`, `podman login` or `k8s-bm role login` left for a registry: from the helper that is
 * named for it, from the helper for all, or from the file. Docker's file counts before Podman's. Throws a UserError where
 * a file cannot be read or a helper fails; a helper that knows nothing is none.
 */
export const dockerCredentials =
  (places: CredentialPlaces) =>
  async (registry: string): Promise<Credentials | undefined> => {
    for (const path of configPaths(places)) {
      const config = await readConfig(path);
      const found = config && (await fromConfig(config, registry, places));
      if (found) return found;
    }
    return undefined;
  };

/** Keeps credentials where Docker looks for them: with its helper where one is set, else in config.json, mode 0600. */
export const saveCredentials = async (
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
  places: CredentialPlaces,
): Promise<void> => {
  const [path] = configPaths(places) as [string];
  const config = (await readConfig(path)) ?? {};
  const helper = helperFor(config, registry);
  const ServerURL = keyOf(registry);
  if (helper) await ask(helper, 'store', JSON.stringify({ ServerURL, Username: username, Secret: password }), places);
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await writeConfig(path, { ...config, auths: { ...config.auths, [ServerURL]: helper ? {} : { auth } } });
};

/** Forgets a registry's credentials; false where there were none. */
export const eraseCredentials = async (registry: string, places: CredentialPlaces): Promise<boolean> => {
  const [path] = configPaths(places) as [string];
  const config = await readConfig(path);
  if (!config) return false;
  const there = (await fromConfig(config, registry, places)) !== undefined;
  const helper = helperFor(config, registry);
  if (helper) await ask(helper, 'erase', keyOf(registry), places);
  const auths = Object.entries(config.auths ?? {}).filter(([key]) => hostOf(key) !== hostOf(keyOf(registry)));
  await writeConfig(path, { ...config, auths: Object.fromEntries(auths) });
  return there;
};

const configPaths = ({ environment, home }: CredentialPlaces): string[] => [
  join(environment.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
  environment.REGISTRY_AUTH_FILE ||
    join(environment.XDG_RUNTIME_DIR || join(home, '.config'), 'containers', 'auth.json'),
];

const readConfig = async (path: string): Promise<DockerConfig | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR'].includes(error.code ?? '')) return undefined;
    throw new UserError({ severity: 'error', message: `${path} cannot be read: ${error.code}` });
  });
  if (text === undefined || text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The parser's own message shows a part of the file, which has passwords in it.
  }
  throw new UserError({ severity: 'error', message: `${path} is not the JSON of a Docker configuration` });
};

const writeConfig = async (path: string, config: DockerConfig): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(beside, `${JSON.stringify(config, null, '\t')}\n`, { mode: 0o600, flag: 'wx' });
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
};

const fromConfig = async (
  config: DockerConfig,
  registry: string,
  places: CredentialPlaces,
): Promise<Credentials | undefined> => {
  const helper = helperFor(config, registry);
  if (helper) {
    const answer = await ask(helper, 'get', keyOf(registry), places);
    if (answer) return fromHelper(answer, helper);
  }
  const entry = Object.entries(config.auths ?? {}).find(([key]) => hostOf(key) === hostOf(keyOf(registry)))?.[1];
  if (entry?.identitytoken) return { identityToken: entry.identitytoken };
  const decoded = Buffer.from(entry?.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  return colon > 0 ? { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) } : undefined;
};

const helperFor = ({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined => {
  const own = Object.entries(credHelpers ?? {}).find(([key]) => hostOf(key) === hostOf(keyOf(registry)))?.[1];
  return own || credsStore || undefined;
};

/** Speaks a helper's protocol (docker-credential-helpers, "Development"); undefined where it knows nothing of the registry. */
const ask = async (
  helper: string,
  action: 'get' | 'store' | 'erase',
  input: string,
  { environment }: CredentialPlaces,
): Promise<string | undefined> => {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper)) throw new UserError({ severity: 'error', message: `${program} is no program's name` });
  // Most registries need no helper, and nobody waits for what runs one.
  const { execa } = await import('execa');
  const { exitCode, stdout, code, timedOut } = await execa(program, [action], {
    input,
    env: { ...environment },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  if (exitCode === 0) return stdout;
  if (/credentials not found/i.test(stdout)) return undefined;
  const why = code === 'ENOENT' ? 'is not installed' : timedOut ? 'does not answer' : `failed (exit ${exitCode})`;
  // What it printed is not shown: some helpers print what they were given.
  throw new UserError({ severity: 'error', message: `${program}, which Docker's configuration names, ${why}` });
};

const fromHelper = (answer: string, helper: string): Credentials => {
  try {
    const { Username, Secret } = JSON.parse(answer) as { Username?: unknown; Secret?: unknown };
    if (typeof Username === 'string' && typeof Secret === 'string')
      return Username === '<token>' ? { identityToken: Secret } : { username: Username, password: Secret };
  } catch {
    // Said below, without the answer.
  }
  throw new UserError({ severity: 'error', message: `docker-credential-${helper} answers with something else` });
};

/** Docker Hub is known by the address that it had first. */
const keyOf = (registry: string): string => (registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry);

/** Older entries are URLs. */
const hostOf = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
