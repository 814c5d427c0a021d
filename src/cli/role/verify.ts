import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Digest } from '../../oci/digest.ts';
import type { Locked } from '../../registry/lock.ts';
import type { OpenSources } from '../../registry/sources/sources.ts';
import { tellFailures } from '../failures.ts';
import { readKeyFile } from './key-file.ts';
import { addOfflineOption, addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { plural, print } from './report.ts';

/** `k8s-bm role verify`: holds every installed file against the lock. Exit code 1 where something differs. */
export const addVerifyCommand = (role: Command): void => {
  addOfflineOption(
    addProjectOptions(role.command('verify').description('hold what is installed against the lock, file by file')),
  )
    .option('--key <file>', 'and its signature in the registry, with this public key')
    .action((flags: ProjectFlags & { readonly key?: string }) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project, sources) => {
          const { verify } = await import('../../registry/verify.ts');
          if (!project.lock()) return print('Nothing is locked: k8s-bm role install does that.');
          const findings = await verify(project, flags.key === undefined ? undefined : await trust(flags.key, sources));
          for (const { name, problem } of findings) if (problem) print(`${name}: ${problem}`);
          const wrong = findings.filter(({ problem }) => problem).length;
          if (wrong > 0) process.exitCode = 1;
          else print(`Unchanged: ${plural(findings.length)} what ${basename(project.lockFile)} says.`);
        }),
      ),
    );
};

/** Asks the registry for a signature of this key. */
const trust = async (file: string, sources: () => Promise<OpenSources>): Promise<(locked: Locked) => Promise<void>> => {
  const { requireSignature } = await import('../../oci/cosign.ts');
  const { readPublicKey } = await import('../../oci/signature.ts');
  const { partsOf } = await import('../../registry/publish.ts');
  const key = readPublicKey(readKeyFile(file), file);
  return async ({ src, integrity }) => {
    const { registry, repository } = partsOf(src);
    const client = await (await sources()).network.registry(registry);
    await requireSignature(client.repository(repository), integrity as Digest, key);
  };
};
