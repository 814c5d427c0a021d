import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the distributions keep the certificates of all authorities that the machine trusts; Node.js reads none of them. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that this machine trusts for a registry, in PEM: those of SSL_CERT_FILE or of the system, and the `*.crt`
 * that Docker and Podman have for this host (`/etc/docker/certs.d/HOST:PORT/`). Undefined where there are none.
 */
export const trustedAuthorities = async (
  registry: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<string | undefined> => {
  const bundles = environment.SSL_CERT_FILE ? [environment.SSL_CERT_FILE] : systemBundles;
  const found: string[] = [];
  for (const bundle of bundles) {
    const text = await readFile(bundle, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    found.push(text);
    break;
  }
  const roots = [join(home, '.config/containers/certs.d'), '/etc/containers/certs.d', '/etc/docker/certs.d'];
  for (const folder of roots.map((root) => join(root, registry)))
    for (const name of await readdir(folder).catch(() => []))
      if (name.endsWith('.crt')) found.push(await readFile(join(folder, name), 'utf8').catch(() => ''));
  return found.length > 0 ? found.join('\n') : undefined;
};
