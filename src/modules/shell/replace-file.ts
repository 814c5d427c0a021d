import type { ShellFunction } from '../../transport/transport.ts';
import { fail } from './records.ts';

/**
 * A file is replaced in four steps, so that it is whole at every moment, whatever breaks:
 *
 * - `kb_open TARGET` makes kb_tmp beside TARGET, readable by its owner alone, with TARGET's owner, ACL, extended
 *   attributes and SELinux context where TARGET exists. It is removed when the script ends before the rename.
 * - `kb_take SIZE` moves the next SIZE bytes of standard input into kb_tmp, onto the disk.
 * - `kb_backup TARGET` copies what is there aside, under Ansible's name for it, into kb_kept.
 * - `kb_close TARGET UID GID MODE UNSAFE` gives kb_tmp its owner and mode (empty: what TARGET had, else umask's) and
 *   renames it over TARGET. Where a rename is refused (a bind-mounted file) and UNSAFE is 1, it writes in place.
 */
export const openTemp: ShellFunction = {
  name: 'kb_open',
  needs: [fail],
  text: `kb_open() {
  kb_for=$1
  case $1 in */*) kb_dir=\${1%/*}/ ;; *) kb_dir=./ ;; esac
  [ -d "$kb_dir" ] || kb_fail "Destination directory \${kb_dir%/} does not exist"
  [ ! -d "$1" ] || [ -L "$1" ] || kb_fail "$1 is a directory, not a file"
  kb_tmp=$(mktemp "$kb_dir.k8s-bm.XXXXXX" 2>&1) || kb_fail "Destination \${kb_dir%/} not writable: \${kb_tmp##*: }"
  trap 'rm -f -- "$kb_tmp"' EXIT
  trap 'exit 143' HUP INT TERM
  kb_mode=
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    kb_mode=$(stat -c %a -- "$1")
    cp -a --attributes-only -- "$1" "$kb_tmp" 2>/dev/null || chown "$(stat -c %u:%g -- "$1")" "$kb_tmp" 2>/dev/null
    chmod 0600 "$kb_tmp"
  fi
}`,
};

export const takeContent: ShellFunction = {
  name: 'kb_take',
  needs: [fail],
  text: `kb_take() {
  if [ "$1" -gt 0 ]; then
    kb_err=$(dd bs=65536 iflag=fullblock,count_bytes count="$1" conv=fsync of="$kb_tmp" 2>&1) || {
      kb_err=\${kb_err%%
*}
      kb_fail "writing $kb_for failed: \${kb_err##*: }"
    }
  else : > "$kb_tmp"
  fi
  [ "$(stat -c %s -- "$kb_tmp")" = "$1" ] || kb_fail "writing $kb_for failed: not all of its $1 bytes arrived"
}`,
};

export const backup: ShellFunction = {
  name: 'kb_backup',
  needs: [fail],
  text: `kb_backup() {
  kb_kept=$1.$$.$(date +%Y-%m-%d@%H:%M:%S)~ kb_x=$$
  while [ -e "$kb_kept" ]; do kb_x=$((kb_x + 1)); kb_kept=$1.$kb_x.\${kb_kept##*.}; done
  cp -p -- "$1" "$kb_kept" || kb_fail "Could not make backup of $1 to $kb_kept"
}`,
};

export const closeTemp: ShellFunction = {
  name: 'kb_close',
  needs: [fail],
  text: `kb_close() {
  if [ "$2$3" ]; then
    kb_err=$(chown "$2\${3:+:$3}" "$kb_tmp" 2>&1) || kb_fail "chown failed: \${kb_err##*: }"
  fi
  kb_x=\${4:-$kb_mode}
  [ "$kb_x" ] || kb_x=$(printf %o $((0666 & ~0$(umask))))
  kb_err=$(chmod "$kb_x" "$kb_tmp" 2>&1) || kb_fail "chmod failed: \${kb_err##*: }"
  if [ -e "$1" ]; then kb_x=old; else kb_x=new; fi
  # mv would move the file into the directory that such a link leads to.
  if [ -L "$1" ] && [ -d "$1" ]; then rm -f -- "$1"; fi
  if kb_err=$(mv -f -- "$kb_tmp" "$1" 2>&1); then :
  elif [ "$5" = 1 ]; then cat "$kb_tmp" > "$1" || kb_fail "could not write data to target file $1"
    rm -f -- "$kb_tmp"
  else kb_fail "Could not replace file: $1: \${kb_err##*: }"
  fi
  if [ "$kb_x" = new ] && [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null 2>&1; then restorecon -- "$1"; fi
  trap - EXIT
}`,
};
