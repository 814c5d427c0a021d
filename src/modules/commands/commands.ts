import type { Module } from '../module.ts';
import { command } from './command.ts';
import { shell } from './shell.ts';

export const commands: readonly Module[] = [command, shell];
