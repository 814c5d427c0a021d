import type { Module } from '../module.ts';
import { assert } from './assert.ts';
import { debug } from './debug.ts';
import { fail } from './fail.ts';
import { ping } from './ping.ts';
import { set_fact } from './set_fact.ts';
import { setup } from './setup.ts';

export const control: readonly Module[] = [assert, debug, fail, ping, set_fact, setup];
