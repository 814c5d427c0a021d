import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that k8s-bm itself was installed in: roles, playbooks and examples stand there. Ends without a slash. */
export const packageRoot = (): string => {
  // Climbed for rather than counted: once built, code of many files stands in one.
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin/k8s-bm.js'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`k8s-bm is not whole: there is no bin/k8s-bm.js above ${import.meta.url}`);
    folder = above;
  }
  return folder;
};

/** The program, to be started again with this Node.js. */
export const programFile = (): string => join(packageRoot(), 'bin/k8s-bm.js');
