import type { Module } from '../module.ts';
import { file } from './file.ts';
import { stat } from './stat.ts';

export const files: readonly Module[] = [file, stat];
