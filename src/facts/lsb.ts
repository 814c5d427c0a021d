import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/**
 * What `lsb_release -a` says: from /etc/lsb-release, or, where only the program is there, from /etc/os-release, which it
 * reads itself. Running it would start a Python on many hosts.
 */
export const lsb: FactFamily = {
  name: 'lsb',
  minimal: true,
  shell: sh`kb_file lsb /etc/lsb-release
command -v lsb_release >/dev/null 2>&1 && kb_file os /etc/os-release`,
  parse(parts) {
    const from =
      (text: string) =>
      (key: string): string | undefined =>
        new RegExp(`^${key}=["']?(.*?)["']?$`, 'm').exec(text)?.[1];
    const old = from(parts.text('lsb'));
    const now = from(parts.text('os'));
    const id = old('DISTRIB_ID') ?? now('ID')?.replace(/^./, (letter) => letter.toUpperCase());
    if (id === undefined) return [['lsb', dict([])]];
    const release = old('DISTRIB_RELEASE') ?? now('VERSION_ID') ?? 'n/a';
    const value = dict([
      ['id', id],
      ['release', release],
      ['description', old('DISTRIB_DESCRIPTION') ?? now('PRETTY_NAME') ?? 'n/a'],
      ['codename', old('DISTRIB_CODENAME') ?? now('VERSION_CODENAME') ?? 'n/a'],
      ['major_release', release.split('.')[0] as string],
    ]);
    return [['lsb', value]];
  },
};
