import type { Plugin } from '../plugin.ts';
import { config } from './config.ts';
import { csvfile } from './csvfile.ts';
import { dict } from './dict.ts';
import { env } from './env.ts';
import { file, unvault } from './file.ts';
import { fileglob } from './fileglob.ts';
import { first_found } from './first_found.ts';
import { ini } from './ini.ts';
import { inventory_hostnames } from './inventory_hostnames.ts';
import { flattenedLookup, indexed_items, items, list, nested, random_choice, together } from './items.ts';
import { password } from './password.ts';
import { lines, pipe } from './pipe.ts';
import { sequence } from './sequence.ts';
import { subelements } from './subelements.ts';
import { template } from './template.ts';
import { url } from './url.ts';
import { varnames } from './varnames.ts';
import { vars } from './vars.ts';

/** Every lookup by its name. Its first argument is the list of terms. */
export const lookups: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ['cartesian', nested],
  ['community.general.cartesian', nested],
  ['community.general.flattened', flattenedLookup],
  ['config', config],
  ['csvfile', csvfile],
  ['dict', dict],
  ['env', env],
  ['file', file],
  ['fileglob', fileglob],
  ['first_found', first_found],
  ['flattened', flattenedLookup],
  ['indexed_items', indexed_items],
  ['ini', ini],
  ['inventory_hostnames', inventory_hostnames],
  ['items', items],
  ['lines', lines],
  ['list', list],
  ['nested', nested],
  ['password', password],
  ['pipe', pipe],
  ['random_choice', random_choice],
  ['sequence', sequence],
  ['subelements', subelements],
  ['template', template],
  ['together', together],
  ['unvault', unvault],
  ['url', url],
  ['varnames', varnames],
  ['vars', vars],
]);
