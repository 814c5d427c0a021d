import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** Who runs the tasks, as the password database has him. */
export const user: FactFamily = {
  name: 'user',
  minimal: true,
  shell: sh`kb_part status; while read -r kb_k kb_v; do case $kb_k in Uid: | Gid:) echo "$kb_v" ;; esac; done </proc/self/status
kb_part name; kb_n=$(id -un); echo "$kb_n"
kb_part entry; getent passwd "$kb_n" 2>/dev/null || grep "^$kb_n:" /etc/passwd`,
  parse(parts) {
    const [uids = '', gids = ''] = parts.text('status').split('\n');
    const [realUser, effectiveUser] = uids.split(/\s+/).map(Number);
    const [realGroup, effectiveGroup] = gids.split(/\s+/).map(Number);
    const [, , uid, gid, gecos = '', home = '', shell = ''] = parts.text('entry').split(':');
    return [
      ['user_id', parts.text('name')],
      ['user_uid', uid === undefined ? (effectiveUser ?? null) : Number(uid)],
      ['user_gid', gid === undefined ? (effectiveGroup ?? null) : Number(gid)],
      ['user_gecos', gecos],
      ['user_dir', home],
      ['user_shell', shell],
      ['real_user_id', realUser ?? null],
      ['effective_user_id', effectiveUser ?? null],
      ['real_group_id', realGroup ?? null],
      ['effective_group_id', effectiveGroup ?? null],
    ];
  },
};
