import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

interface Question {
  readonly prompt?: string | undefined;
  readonly seconds?: number | undefined;
  /** Whether what is typed is shown. */
  readonly echo: boolean;
}

/**
 * Asks on the terminal. Without a terminal the answer is empty at once; with `seconds` it is empty after that time. Rejects
 * with the signal's reason when that is aborted.
 */
export const ask = async ({ prompt, seconds, echo }: Question, signal: AbortSignal): Promise<string> => {
  if (seconds !== undefined) return wait(seconds, prompt, signal);
  return (await read(prompt ?? '', echo, signal)) ?? '';
};

/** Asks on the terminal without showing what is typed; undefined where there is no terminal. */
export const askSecret = (question: string, signal: AbortSignal): Promise<string | undefined> =>
  read(question, false, signal);

const read = async (question: string, echo: boolean, signal: AbortSignal): Promise<string | undefined> => {
  if (!process.stdin.isTTY) return undefined;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: echo ? process.stderr : nowhere, terminal: true });
  // Not before the terminal has stopped to echo: a quick answer would be seen. Where readline draws, it draws the question too:
  // it wipes the line that it stands in.
  if (!echo) process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      terminal.once('close', () => resolve(''));
      terminal.question(echo ? question : '', resolve);
    });
  } finally {
    terminal.close();
    if (!echo) process.stderr.write('\n');
  }
};

const wait = (seconds: number, prompt: string | undefined, signal: AbortSignal): Promise<string> => {
  if (prompt !== undefined && process.stdin.isTTY) process.stderr.write(`${prompt}\n`);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve('');
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
  });
};
