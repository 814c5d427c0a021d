import { createInterface } from 'node:readline';
import { askSecret } from './ask-secret.ts';

/**
 * Asks on the terminal. Without a terminal the answer is empty at once; with `seconds` it is empty after that time. Rejects
 * with the signal's reason when that is aborted.
 */
export const ask = async (
  question: { readonly prompt?: string | undefined; readonly seconds?: number | undefined; readonly echo: boolean },
  signal: AbortSignal,
): Promise<string> => {
  const { prompt, seconds, echo } = question;
  if (seconds !== undefined) return wait(seconds, prompt, signal);
  if (!echo) return (await askSecret(prompt ?? '', signal)) ?? '';
  if (!process.stdin.isTTY) return '';
  if (prompt !== undefined) process.stderr.write(prompt);
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      terminal.once('close', () => resolve(''));
      terminal.question('', resolve);
    });
  } finally {
    terminal.close();
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
