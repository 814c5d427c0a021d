import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

export const fips: FactFamily = {
  name: 'fips',
  minimal: true,
  shell: sh`kb_line enabled /proc/sys/crypto/fips_enabled`,
  parse: (parts) => [['fips', parts.text('enabled') === '1']],
};
