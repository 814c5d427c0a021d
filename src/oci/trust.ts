import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Where the distributions keep the certificates of all authorities that the machine trusts; Node.js reads none of them. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that this machine trusts for a registry, in PEM: those of SSL_CERT_FILE, of the system, or else of Node.js,
 * and the `*.crt` that Docker and Podman have for this host (`/etc/docker/certs.d/HOST:PORT/`).
 */
export const trustedAuthorities = async (
  registry: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<string> => {
  const bundles = environment.SSL_CERT_FILE ? [environment.SSL_CERT_FILE] : systemBundles;
  const found: string[] = [];
  for (const bundle of bundles) {
    const text = await readFile(bundle, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    found.push(text);
    break;
  }
  if (found.length === 0) found.push(...rootCertificates);
  const roots = [join(home, '.config/containers/certs.d'), '/etc/containers/certs.d', '/etc/docker/certs.d'];
  for (const folder of roots.map((root) => join(root, registry)))
    for (const name of await readdir(folder).catch(() => []))
      if (name.endsWith('.crt')) found.push(await readFile(join(folder, name), 'utf8').catch(() => ''));
  return found.join('\n');
};

const contexts = new Map<string, SecureContext>();

/** Reading a machine's hundreds of certificates takes longer than a request, so each set of them is read once. */
export const contextOf = (authorities: string): SecureContext => {
  const known = contexts.get(authorities) ?? createSecureContext({ ca: authorities });
  contexts.set(authorities, known);
  return known;
};
