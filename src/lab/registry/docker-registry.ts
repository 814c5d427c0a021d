import { join } from 'node:path';

export interface RegistryService {
  /** Address and port to listen on. */
  readonly listen: string;
  /** Where it keeps what it is given. */
  readonly storage: string;
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /** A file of htpasswd with bcrypt, where it shall ask for a name and a password. */
  readonly htpasswd?: string | undefined;
}

/** The configuration of Debian's docker-registry (its configuration.md), as JSON, which is YAML too. */
export const registryConfig = ({ listen, storage, tls, htpasswd }: RegistryService): string =>
  `${JSON.stringify(
    {
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: storage, maxthreads: 100 },
        delete: { enabled: true },
        maintenance: { uploadpurging: { enabled: false } },
      },
      http: { addr: listen, ...(tls ? { tls: { certificate: tls.certificate, key: tls.key } } : {}) },
      ...(htpasswd ? { auth: { htpasswd: { realm: 'k8s-bm', path: htpasswd } } } : {}),
    },
    null,
    2,
  )}\n`;

/** Where a registry's storage has the contents of blobs, which are written once and never changed. */
export const blobsOf = (storage: string): string => join(storage, 'docker', 'registry', 'v2', 'blobs');
