import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readVersionTable } from '../cluster/version-table.ts';

const home = new URL('../../', import.meta.url);
const versionIn = (file: string | URL): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;

/** What `k8s-bm --version` prints: its own version, what it runs on, and which Kubernetes it knows. A report of a fault begins with it. */
export const versionText = (): string => {
  const require = createRequire(import.meta.url);
  const table = [...readVersionTable(fileURLToPath(new URL('roles/cluster/vars/main.yml', home)))];
  const minors = table.map(([minor, { proven }]) =>
    proven.length > 0 ? `${minor} (${proven.join(', ')})` : `${minor} (no test ran it)`,
  );
  return [
    `k8s-bm ${versionIn(new URL('package.json', home))}`,
    `Node.js ${process.version}, OpenSSL ${process.versions.openssl}, ssh2 ${versionIn(require.resolve('ssh2/package.json'))}`,
    `${type()} ${release()} on ${process.arch}`,
    `Kubernetes ${minors.join(', ')}`,
    '',
  ].join('\n');
};
