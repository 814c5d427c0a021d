import { stringify } from 'yaml';
import { plain } from '../../modules/coerce.ts';
import type { Value } from '../../template/values.ts';

/** A value as it would stand in a playbook, on one line. */
export const nativeText = (value: Value): string =>
  stringify(plain(value), { collectionStyle: 'flow', lineWidth: 0 }).trim();
