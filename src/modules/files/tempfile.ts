import { sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { needed, result, text } from '../read.ts';
import { home, remotePath } from '../shell/path.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { readStat, stat } from '../shell/stat.ts';
import { pathResult } from './path-result.ts';

interface Wanted {
  readonly state: string;
  readonly directory: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

/** Makes a file or a directory with a name of its own, for its owner alone. Makes another each time. */
export const tempfile = defineModule<Wanted, null>({
  name: 'tempfile',
  summary: 'Make a temporary file or directory',
  options: {
    state: { type: 'str', choices: ['directory', 'file'], default: 'file', description: 'What to make.' },
    path: { type: 'path', description: "Where; the system's directory for such files where none is given." },
    prefix: { type: 'str', default: 'ansible.', description: 'What the name begins with.' },
    suffix: { type: 'str', default: '', description: 'What the name ends with.' },
  },
  prepare: (args) => ({
    state: needed(args, 'state'),
    directory: text(args, 'path'),
    prefix: needed(args, 'prefix'),
    suffix: needed(args, 'suffix'),
  }),
  plan: ({ state }) => ({
    outcome: 'act',
    changes: [{ what: `temporary ${state}`, before: null, after: 'a new one' }],
    result: result({ changed: true, path: null }),
  }),
  apply: ({ state, directory, prefix, suffix }) => ({
    script: {
      // busybox's mktemp wants the X at the end, so the suffix is put there by a rename that must not meet another file.
      text: sh`kb_dir=${directory === undefined ? sh`"\${TMPDIR:-/tmp}"` : remotePath(directory)}
kb_tmp=$(mktemp ${state === 'directory' ? sh`-d ` : sh``}"$kb_dir/"${prefix}XXXXXXXX 2>&1) || kb_fail "$kb_tmp"
kb_path="$kb_tmp"${suffix}
if [ "$kb_path" != "$kb_tmp" ]; then
  [ ! -e "$kb_path" ] && mv -- "$kb_tmp" "$kb_path" || kb_fail "$kb_path exists"
fi
kb_put path "$kb_path"
kb_stat '' "$kb_path"`,
      functions: [put, fail, home, stat],
    },
    finish: (reply) => {
      const records = readRecords(reply);
      return new Map([
        ...result({ changed: true, path: records.fields.get('path') }),
        ...pathResult(readStat(records)),
      ]);
    },
  }),
});
