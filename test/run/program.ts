import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../../bin/k8s-bm.js');

/** The built program as its user runs it, still running. */
export interface Running {
  readonly pid: number;
  /** What it printed so far, both streams as they came. */
  readonly printed: () => string;
  readonly ended: Promise<Ended>;
  /** What a user types; with a terminal only. */
  type(text: string): void;
  signal(name: NodeJS.Signals): void;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** Run on a terminal of so many columns, as `script` makes it; both streams come mixed then. */
  readonly terminal?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export const startProgram = (args: readonly string[], { cwd, terminal, env }: ProgramOptions): Running => {
  const words = [process.execPath, program, ...args];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const [file, rest] = terminal
    ? ['script', ['-qefc', `stty cols ${terminal} rows 40; exec ${quoted}`, '/dev/null']]
    : [words[0] as string, words.slice(1)];
  const child = spawn(file, rest, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    stdio: [terminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      out += text;
    });
  }
  child.stdin?.on('error', () => {});
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code) => settle({ code, out: out.replaceAll('\r\n', '\n') }));
  });
  return {
    pid: child.pid ?? 0,
    printed: () => out,
    ended,
    type: (text) => void child.stdin?.write(text),
    signal: (name) => void child.kill(name),
  };
};

/** Waits until it holds; fails with what the program has printed when that takes too long. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> => {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
};
