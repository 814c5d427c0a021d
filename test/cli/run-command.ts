import { Command } from 'commander';
import { vi } from 'vitest';
import type { CommandFile } from '../../src/cli/command-entry.ts';

/** Runs a command in this process: what it prints on both outputs, with `folder` taken out of it, and its exit code. */
export const runCommand = async ({ configure }: CommandFile, args: readonly string[], folder?: string) => {
  let [out, err] = ['', ''];
  const outputs = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += String(text);
      return true;
    }),
  ];
  process.exitCode = 0;
  try {
    const command = new Command('command').exitOverride();
    configure(command);
    await command.parseAsync([...args], { from: 'user' });
    const shorten = (text: string): string => (folder ? text.replaceAll(`${folder}/`, '') : text);
    return { out: shorten(out), err: shorten(err), code: process.exitCode };
  } finally {
    for (const output of outputs) output.mockRestore();
    process.exitCode = 0;
  }
};
