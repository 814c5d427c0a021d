import type { Module } from '../module.ts';
import { add_host } from './add_host.ts';
import { assert } from './assert.ts';
import { debug } from './debug.ts';
import { fail } from './fail.ts';
import { group_by } from './group_by.ts';
import { include_vars } from './include_vars.ts';
import { pause } from './pause.ts';
import { ping } from './ping.ts';
import { set_fact } from './set_fact.ts';
import { set_stats } from './set_stats.ts';
import { setup } from './setup.ts';

export const control: readonly Module[] = [
  add_host,
  assert,
  debug,
  fail,
  group_by,
  include_vars,
  pause,
  ping,
  set_fact,
  set_stats,
  setup,
];
