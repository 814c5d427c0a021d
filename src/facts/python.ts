import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** The Python that a host has, for roles that ask; nothing here needs one. Absent where there is none. */
export const python: FactFamily = {
  name: 'python',
  minimal: true,
  shell: sh`if kb_l=$(command -v python3); then kb_part path; echo "$kb_l"; kb_part version; python3 -V 2>&1; fi`,
  parse(parts) {
    const version = /(\d+)\.(\d+)\.(\d+)/.exec(parts.text('version'));
    if (!version) return [];
    const [text, ...numbers] = version;
    const [major = 0, minor = 0, micro = 0] = numbers.map(Number);
    const value = dict([
      ['executable', parts.text('path')],
      ['type', 'cpython'],
      ['has_sslcontext', true],
      [
        'version',
        dict([
          ['major', major],
          ['minor', minor],
          ['micro', micro],
          ['releaselevel', 'final'],
          ['serial', 0],
        ]),
      ],
      ['version_info', [major, minor, micro, 'final', 0]],
    ]);
    return [
      ['python', value],
      ['python_version', text],
    ];
  },
};
