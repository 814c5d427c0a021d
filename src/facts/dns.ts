import type { Value } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** /etc/resolv.conf, by resolv.conf(5). */
export const dns: FactFamily = {
  name: 'dns',
  minimal: true,
  shell: sh`kb_file resolv /etc/resolv.conf`,
  parse(parts) {
    const found = dict([]);
    const list = (key: string): Value[] => {
      const known = found.get(key);
      if (Array.isArray(known)) return known;
      const made: Value[] = [];
      found.set(key, made);
      return made;
    };
    for (const line of parts.lines('resolv')) {
      if (/^\s*[#;]/.test(line)) continue;
      const [keyword, ...words] = line.trim().split(/\s+/);
      if (keyword === 'nameserver') list('nameservers').push(...words);
      else if (keyword === 'domain' && words[0]) found.set('domain', words[0]);
      else if (keyword === 'search' || keyword === 'sortlist') {
        found.delete(keyword);
        list(keyword).push(...words);
      } else if (keyword === 'options')
        found.set(
          'options',
          dict(
            words.map((word) => [
              word.split(':')[0] as string,
              word.includes(':') ? (word.split(':')[1] as string) : true,
            ]),
          ),
        );
    }
    return [['dns', found]];
  },
};
