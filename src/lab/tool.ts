import { createInterface } from 'node:readline';
import { execa } from 'execa';

export interface ToolOptions {
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line that the tool prints, on either stream, as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A program of this machine ended badly: the message has the command and the last lines that it printed. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: number | undefined;
  constructor(command: string, code: number | undefined, printed: string) {
    const last = printed.trim().split('\n').slice(-5).join('\n');
    super(
      `${command}: ${code === undefined ? 'did not run to its end' : `exit code ${code}`}${last ? `: ${last}` : ''}`,
    );
    this.code = code;
  }
}

/** Runs a program of this machine to its end; returns its standard output. Throws ToolError, or the signal's reason. */
export const tool = async (file: string, args: readonly string[], options: ToolOptions = {}): Promise<string> => {
  options.signal?.throwIfAborted();
  const child = execa(file, args, {
    reject: false,
    all: true,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal ? { cancelSignal: options.signal, forceKillAfterDelay: 2000 } : {}),
    ...(options.env ? { env: options.env } : {}),
  });
  if (options.onLine) createInterface({ input: child.all }).on('line', options.onLine);
  const result = await child;
  options.signal?.throwIfAborted();
  if (!result.failed) return result.stdout;
  throw new ToolError([file, ...args.slice(0, 6)].join(' '), result.exitCode, result.all || result.shortMessage || '');
};

/** The same, where failing is an answer: undefined when the program is missing or ends with another code than 0. */
export const ask = async (file: string, args: readonly string[]): Promise<string | undefined> => {
  const { failed, stdout } = await execa(file, args, { reject: false, stdin: 'ignore' });
  return failed ? undefined : stdout;
};
