import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';
import { UserError } from '../../util/diagnostic.ts';

export interface StepOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** All that the program says is added here; the error of a failed step names this file. */
  readonly log: string;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program that may take minutes, and returns its standard output. Throws a UserError with its last lines. */
export const step = async (file: string, args: readonly string[], options: StepOptions): Promise<string> => {
  await mkdir(dirname(options.log), { recursive: true });
  const log = createWriteStream(options.log, { flags: 'a' });
  // A log that can't be written is no reason to fail what is logged.
  const written = finished(log).catch(() => undefined);
  log.write(`$ ${[file, ...args].join(' ')}\n`);
  // Ends with us even by SIGKILL: what goes on by itself would write into the folder that the next run begins anew.
  const running = execa('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], {
    reject: false,
    all: true,
    stdin: 'ignore',
    maxBuffer: 8 * 1024 * 1024,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.env ? { env: options.env } : {}),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  running.all.pipe(log);
  const ended = await running;
  await written;
  options.signal?.throwIfAborted();
  if (!ended.failed) return ended.stdout;
  if (ended.exitCode === 127 && /^setpriv: failed to execute/m.test(String(ended.all)))
    throw new UserError({ severity: 'error', message: `${file} is not installed`, hint: installation[file] });
  const said = String(ended.all ?? '')
    .trim()
    .split('\n')
    .slice(-8)
    .join('\n');
  throw new UserError({
    severity: 'error',
    message: `${file} ${args[0] ?? ''} failed (${ended.exitCode ?? ended.signal}):\n${said}`,
    hint: `all that it said is in ${options.log}`,
  });
};

/** How to get a program that is missing. */
const installation: Readonly<Record<string, string>> = {
  go: 'install Go 1.21 or newer (it fetches the version that a module wants by itself), or copy the images: --copy',
  cc: 'apt-get install gcc libc6-dev',
  debootstrap: 'apt-get install debootstrap',
  'docker-registry': 'apt-get install docker-registry',
  busybox: 'apt-get install busybox-static',
};
