import type { Module } from '../module.ts';
import { copy } from './copy.ts';
import { file } from './file.ts';
import { stat } from './stat.ts';
import { template } from './template.ts';

export const files: readonly Module[] = [copy, file, stat, template];
