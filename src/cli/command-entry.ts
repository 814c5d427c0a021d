import type { Command } from 'commander';

/** One command of the program: a file of this folder that adds its options and action to `command`. */
export interface CommandFile {
  configure(command: Command): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** For programs, not for people: left out of `--help`. */
  readonly hidden?: boolean;
  readonly load: () => Promise<CommandFile>;
}
