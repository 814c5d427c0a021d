import { resolve } from 'node:path';
import { execa } from 'execa';

export const program = resolve(import.meta.dirname, '../../bin/k8s-bm.js');

/** Runs the built program as its user would; `wrap` is what it is run under (`unshare`, `setpriv` …). */
export const k8sBm = async (
  args: readonly string[],
  options: {
    readonly wrap?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Promise<{ code: number; out: string; err: string }> => {
  const [file, ...rest] = [...(options.wrap ?? []), process.execPath, program, ...args];
  const { exitCode, stdout, stderr } = await execa(file as string, rest, {
    reject: false,
    stdin: 'ignore',
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  return { code: exitCode ?? -1, out: stdout, err: stderr };
};
