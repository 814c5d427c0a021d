import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleFolder, type Toolchain } from './go-program.ts';
import type { CProgram } from './program.ts';
import { step } from './step.ts';

/** Compiles one C file of a Go module into `target`, static and without symbols. */
export const buildC = async (program: CProgram, target: string, toolchain: Toolchain): Promise<void> => {
  const folder = await moduleFolder(program.module, toolchain);
  const beside = `${target}.new`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  const out = join(beside, program.binary);
  await step(
    'cc',
    ['-Os', '-s', '-static', `-DVERSION=v${program.version}`, '-o', out, join(folder, program.source)],
    toolchain,
  );
  await rm(target, { recursive: true, force: true });
  await rename(beside, target);
};
