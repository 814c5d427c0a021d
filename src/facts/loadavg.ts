import { Float } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

export const loadavg: FactFamily = {
  name: 'loadavg',
  shell: sh`kb_line load /proc/loadavg`,
  parse(parts) {
    const [one, five, fifteen] = parts.text('load').split(' ').map(Number);
    if (one === undefined || five === undefined || fifteen === undefined) return [];
    const value = dict([
      ['1m', new Float(one)],
      ['5m', new Float(five)],
      ['15m', new Float(fifteen)],
    ]);
    return [['loadavg', value]];
  },
};
