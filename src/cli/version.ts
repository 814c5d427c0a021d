import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release, type } from 'node:os';
import { join } from 'node:path';
import { readVersionTable } from '../cluster/version-table.ts';
import { packageRoot } from '../util/package-root.ts';

const versionIn = (file: string): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;

/** What `k8s-bm --version` prints: its own version, what it runs on, and which Kubernetes it knows. A report of a fault begins with it. */
export const versionText = (): string => {
  const home = packageRoot();
  const require = createRequire(join(home, 'package.json'));
  const table = [...readVersionTable(join(home, 'roles/cluster/vars/main.yml'))];
  const minors = table.map(([minor, { proven }]) =>
    proven.length > 0 ? `${minor} (${proven.join(', ')})` : `${minor} (no test ran it)`,
  );
  return [
    `k8s-bm ${versionIn(join(home, 'package.json'))}`,
    `Node.js ${process.version}, OpenSSL ${process.versions.openssl}, ssh2 ${versionIn(require.resolve('ssh2/package.json'))}`,
    `${type()} ${release()} on ${process.arch}`,
    `Kubernetes ${minors.join(', ')}`,
    '',
  ].join('\n');
};
