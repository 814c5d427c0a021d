import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildC } from './c-program.ts';
import { buildGo } from './go-program.ts';
import { type Program, programKey } from './program.ts';

/** Where a program's binaries lie once they are built. */
export const programFolder = (cache: string, program: Program): string => join(cache, 'programs', programKey(program));

/** Whether all binaries are there, built by today's recipe. */
export const isBuilt = async (cache: string, program: Program): Promise<boolean> => {
  const stamp = await readFile(join(programFolder(cache, program), '.recipe'), 'utf8').catch(() => '');
  return stamp === recipeOf(program);
};

/** Builds what the cache lacks; does nothing where it is there. Go's caches make going on after an interruption quick. */
export const buildProgram = async (cache: string, program: Program, signal?: AbortSignal): Promise<void> => {
  if (await isBuilt(cache, program)) return;
  const target = programFolder(cache, program);
  const name = programKey(program).replace('/', '-');
  const toolchain = { work: join(cache, 'work', name), log: join(cache, 'logs', `${name}.log`), signal };
  await (program.kind === 'go' ? buildGo(program, target, toolchain) : buildC(program, target, toolchain));
  await writeFile(join(target, '.recipe'), recipeOf(program));
};

/** A binary of a program, which must have been built. */
export const binaryPath = async (cache: string, program: Program, binary: string): Promise<string> => {
  const path = join(programFolder(cache, program), binary);
  await access(path);
  return path;
};

/** Names all that goes into a program, but not how long it takes. */
export const recipeOf = ({ seconds: _, ...program }: Program): string =>
  createHash('sha256').update(JSON.stringify(program)).digest('hex');
