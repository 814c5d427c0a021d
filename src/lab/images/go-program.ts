import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../util/diagnostic.ts';
import type { GoProgram, Replaces } from './program.ts';
import { type StepOptions, step } from './step.ts';

export interface Toolchain extends StepOptions {
  /** Where go.mod and what else a build writes lies; kept, so that a build that broke off goes on. */
  readonly work: string;
}

/**
 * Builds a program's binaries into `target`, which appears only when all are there. Go's own caches make a second try
 * quick. The same sources, Go and recipe give the same bytes: no paths, times or build identifiers go in.
 */
export const buildGo = async (program: GoProgram, target: string, toolchain: Toolchain): Promise<void> => {
  const { work } = toolchain;
  await mkdir(work, { recursive: true });
  const build = { ...toolchain, cwd: work, env: environment(program) };
  const module = await fetchModule(program.modules[0] as GoProgram['modules'][number], build);
  await writeFile(join(work, 'go.mod'), goMod(program, JSON.parse(await goJson(module.GoMod, build)) as ModFile));
  await writeFile(join(work, 'tools.go'), toolsFile(Object.values(program.binaries)));
  await step('go', ['mod', 'tidy'], build);

  const beside = `${target}.new`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  // One call for all: packages that two binaries share are compiled once, and both cores stay busy to the end.
  const names = Object.entries(program.binaries);
  await step(
    'go',
    ['build', '-mod=mod', ...flags(program), '-o', `${beside}/`, ...names.map(([, path]) => path)],
    build,
  );
  for (const [name, path] of names) {
    const built = binaryName(path);
    if (built !== name) await rename(join(beside, built), join(beside, name));
    await access(join(beside, name));
  }
  await rm(target, { recursive: true, force: true });
  await rename(beside, target);
};

/** The folder of a module's sources, fetched where it is not there. */
export const moduleFolder = async (
  module: { readonly path: string; readonly version: string },
  options: StepOptions,
): Promise<string> => (await fetchModule(module, options)).Dir;

interface ModFile {
  readonly Go?: string;
  readonly Require?: readonly { readonly Path: string; readonly Version: string }[];
  readonly Replace?: readonly {
    readonly Old: { readonly Path: string; readonly Version?: string };
    readonly New: { readonly Path: string; readonly Version?: string };
  }[];
}

/** Our go.mod: what is required, and in place of what. Pure, so that the special cases can be seen in a test. */
export const goMod = (program: GoProgram, main: ModFile): string => {
  const required = [...program.modules, ...(program.requires ?? [])];
  return [
    `module k8s-bm.lab/${program.name}`,
    `go ${main.Go ?? '1.21'}`,
    `require (\n${required.map(({ path, version }) => `\t${path} ${version}`).join('\n')}\n)`,
    `replace (\n${replaceLines(program.replaces ?? {}, main)
      .map((line) => `\t${line}`)
      .join('\n')}\n)`,
    '',
  ].join('\n\n');
};

const replaceLines = ({ own, unpublished, versions }: Replaces, main: ModFile): string[] => {
  const lines = new Map<string, string>();
  if (unpublished)
    for (const { Path, Version } of main.Require ?? [])
      if (Version === 'v0.0.0') lines.set(Path, `${Path} ${unpublished}`);
  if (own)
    for (const { Old, New } of main.Replace ?? [])
      if (New.Version) lines.set([Old.Path, Old.Version].filter(Boolean).join(' '), `${New.Path} ${New.Version}`);
  for (const [path, version] of Object.entries(versions ?? {})) lines.set(path, `${path} ${version}`);
  return [...lines].map(([from, to]) => `${from} => ${to}`).sort();
};

const toolsFile = (packages: readonly string[]): string =>
  `//go:build tools\n\npackage tools\n\nimport (\n${packages.map((path) => `\t_ "${path}"`).join('\n')}\n)\n`;

const flags = ({ variables = [], tags = [], cgo }: GoProgram): string[] => [
  '-trimpath',
  '-buildvcs=false',
  ...(tags.length > 0 ? ['-tags', tags.join(',')] : []),
  '-ldflags',
  [
    '-s -w -buildid=',
    ...variables.map((variable) => `-X ${variable}`),
    ...(cgo ? ['-linkmode external -extldflags -static'] : []),
  ].join(' '),
];

const environment = ({ cgo }: GoProgram): Record<string, string> => ({
  CGO_ENABLED: cgo ? '1' : '0',
  GOWORK: 'off',
});

/** What `go build` calls a binary: the last part of its package, or the one before it where that is a major version. */
const binaryName = (path: string): string => {
  const parts = path.split('/');
  return (/^v\d+$/.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1)) ?? path;
};

const fetchModule = async (
  { path, version }: { readonly path: string; readonly version: string },
  options: StepOptions,
): Promise<{ Dir: string; GoMod: string }> => {
  try {
    const said = await step('go', ['mod', 'download', '-json', `${path}@${version}`], options);
    return JSON.parse(said) as { Dir: string; GoMod: string };
  } catch (cause) {
    const why = /"Error": "(.*)"$/m.exec((cause as Error).message)?.[1];
    if (!why) throw cause;
    throw new UserError(
      {
        severity: 'error',
        message: `${path} ${version} cannot be fetched: ${why.replace(/\\n\\t/g, ' ')}`,
        hint: 'is there such a version, and does the Go module proxy of this machine have it?',
      },
      { cause },
    );
  }
};

const goJson = async (file: string, options: StepOptions): Promise<string> => {
  // `go mod edit` wants to own the file, and the module cache is read-only.
  const copy = join(options.cwd as string, 'main.mod');
  await writeFile(copy, await readFile(file));
  return step('go', ['mod', 'edit', '-json', copy], options);
};
