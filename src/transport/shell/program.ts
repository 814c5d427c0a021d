import { joinShell, quote, type ShellText, sh } from './quote.ts';

/** What the far side of a shell is started with. */
export interface ProgramOptions {
  /** Hex digits that nothing on the host prints by chance: they begin every mark in the output. */
  readonly nonce: string;
  /** The scratch folder's name; not the nonce, so that nothing that lists it learns the nonce. */
  readonly scratch: string;
  /** The shell that scripts run in: an absolute path. */
  readonly shell: string;
  /** Whether stderr comes mixed into stdout, because a terminal stands between. */
  readonly terminal: boolean;
}

/**
 * What a login shell of any make (sh, csh, fish) is asked to run: no newline, backslash or exclamation mark is in it. It
 * says the nonce, so that banners before it are told apart, then reads the program of `length` bytes from its standard
 * input, one byte at a time so as to leave unread what follows.
 */
export const bootCommand = ({ nonce, shell, terminal }: ProgramOptions, length: number): string => {
  const raw = terminal ? 'stty raw -echo; ' : '';
  return `${quote(shell)} -c ${quote(`${raw}echo ${nonce} B; eval "$(dd bs=1 count=${length} 2>/dev/null)"`)}`;
};

/**
 * The program of the far side: three shells.
 *
 * - The *starter* makes the scratch folder and joins the other two by a pipe. It starts neither with `&`: what a shell
 *   starts so has SIGINT and SIGQUIT ignored for ever, and so would every daemon that a script starts.
 * - The *reader* takes requests from the channel and does nothing else, so that it can end what runs when it is told to,
 *   or when the channel ends.
 * - The *worker*, in a session of its own, runs the scripts.
 *
 * A request is one line, `verb length name`, and `length` bytes, taken by one `dd` that reads exactly as many (busybox's
 * `head -c` would read on into the next request), and taken even where there is no room to keep them.
 */
export const farSide = ({ nonce, scratch, shell, terminal }: ProgramOptions): ShellText =>
  joinShell([
    sh`kb_n=${nonce} kb_sh=${shell} kb_tty=${terminal ? 'tty' : ''} kb_d=`,
    sh`for kb_b in "$XDG_RUNTIME_DIR" /dev/shm /run; do
  case $kb_b in /run* | /dev/shm) ;; *) continue ;; esac
  [ -w "$kb_b" ] && mkdir -m 700 "$kb_b/"${scratch} 2>/dev/null || continue
  kb_d=$kb_b/${scratch}
  { printf '%s\\n' ${worker.text} >"$kb_d/worker"; } 2>/dev/null && break
  rm -rf "$kb_d"
  kb_d=
done
[ "$kb_d" ] || { echo "$kb_n X"; exit 1; }`,
    reader,
    starter,
  ]);

/** Says what the host can do, then keeps a reader and a worker, a new pair after each that was told to end what ran. */
const starter = sh`if [ "$(printf ab | dd bs=2 count=1 iflag=fullblock 2>/dev/null)" = ab ]; then kb_full=1; else kb_full=; fi
if command -v setsid >/dev/null 2>&1; then kb_setsid=setsid; else kb_setsid=; fi
exec 4>&1
echo "$kb_n H $kb_d" >&4
exec 5>&2 2>/dev/null
while :; do
  kb_reader | { $kb_setsid "$kb_sh" "$kb_d/worker" $kb_tty 2>&5; echo "$kb_n D $?" >&4; }
  [ -e "$kb_d/again" ] || break
  rm -f "$kb_d/again"
done`;

/**
 * What is only waiting to be buried by a slow init does not count as living.
 *
 * Verbs: f bytes for a file, g go, k kill one script's group by a signal, p end the pumps of a script that is over,
 * x end whatever runs and say so, t target of an upload, u bytes for it.
 */
const reader = sh`kb_take() {
  if [ "$1" = 0 ]; then :
  elif [ "$kb_full" ]; then dd bs="$1" count=1 iflag=fullblock
  else dd bs=1 count="$1" | { cat || { cat >/dev/null; false; }; }
  fi
}
kb_file() {
  if true >>"$2"; then kb_take "$1" >>"$2" || kb_bad=1; else kb_take "$1" >/dev/null; kb_bad=1; fi
}
kb_lives() {
  kill -0 "$1" || return 1
  [ "$kb_dash" ] && [ -r /proc/self/stat ] || return 0
  for kb_f in /proc/[0-9]*/stat; do
    read -r kb_l <"$kb_f" || continue
    kb_l=\${kb_l##*) }
    case $kb_l in [ZX]*) continue ;; esac
    kb_l=\${kb_l#* * }
    [ "$kb_dash\${kb_l%% *}" = "$1" ] && return 0
  done
  return 1
}
kb_end() {
  kb_g=
  kb_p=
  [ -s "$kb_d/wpid" ] && read -r kb_p <"$kb_d/wpid"
  [ "$kb_p" ] && kb_g=$kb_dash$kb_p
  kb_i= kb_p=
  [ -s "$kb_d/group" ] && read -r kb_i kb_p <"$kb_d/group"
  [ "$kb_p" ] && kb_g="$kb_g $kb_dash$kb_p"
  for kb_s in TERM KILL; do
    for kb_p in $kb_g; do kill -$kb_s $kb_p; done
    for kb_w in 1 2 3 4 5 6 7 8 9 10; do
      kb_left=
      for kb_p in $kb_g; do kb_lives $kb_p && kb_left=1; done
      [ "$kb_left" ] || return 0
      if [ $kb_w -lt 4 ]; then sleep 0.02 || sleep 1; else sleep 0.25 || sleep 1; fi
    done
  done
}
kb_reader() {
  trap '' HUP PIPE
  umask 077
  kb_dash=
  [ "$kb_setsid" ] && kb_dash=-
  kb_bad= kb_up=
  while IFS=' ' read -r kb_v kb_l kb_f; do
    case $kb_v in
      f) kb_file "$kb_l" "$kb_d/$kb_f" ;;
      g) if [ "$kb_bad" ]; then echo "$kb_n F $kb_l" >&4; kb_bad=; else echo "$kb_l"; fi ;;
      k) kb_i= kb_p=
        [ -s "$kb_d/group" ] && read -r kb_i kb_p <"$kb_d/group"
        [ "$kb_i" = "$kb_f" ] && kill -"$kb_l" $kb_dash$kb_p ;;
      p) kb_i= kb_p=
        [ -s "$kb_d/pumps" ] && read -r kb_i kb_p <"$kb_d/pumps"
        [ "$kb_i" = "$kb_f" ] && kill $kb_p ;;
      t) kb_up=$(kb_take "$kb_l"; echo .)
        kb_up=\${kb_up%.} ;;
      u) kb_file "$kb_l" "$kb_up" 2>>"$kb_d/upload"; kb_bad= ;;
      x) kb_end
        true >"$kb_d/again"
        rm -f "$kb_d"/[0-9]* "$kb_d/group" "$kb_d/pumps"
        [ "$kb_up" ] && rm -f "$kb_up"
        echo "$kb_n A" >&4
        return ;;
      q) break ;;
    esac
  done
  kb_end
  [ "$kb_up" ] && rm -f "$kb_up"
  rm -rf "$kb_d"
}`;

/**
 * Runs one file of script calls after another. Scripts get neither the channel nor the pipe from the reader.
 *
 * `kb_over` closes the books of a script that ran in the worker's session with its output in files; `kb_own` runs one in
 * a session of its own, its output in pipes that pumps carry to the channel while it runs. A daemon that keeps such a
 * pipe open outlives its script, the pumps do not.
 */
const worker = sh`kb_d=\${0%/*} kb_tty=$1
if command -v setsid >/dev/null 2>&1; then kb_setsid=setsid; else kb_setsid=; fi
exec 3<&0 </dev/null 4>&1 5>&2 >/dev/null 2>&1
echo $$ >"$kb_d/wpid"
kb_now() { kb_u=0; read -r kb_u kb_x </proc/uptime; }
kb_over() {
  kb_now
  echo "$1 O $2" >&6
  echo "$1 E $2 $3 $kb_t $kb_u" >&7
  kb_t=$kb_u
}
kb_own() {
  mkfifo "$kb_d/$2.p" "$kb_d/$2.q"
  cat "$kb_d/$2.p" >&4 3<&- 4>&- 5>&- &
  kb_p=$!
  if [ "$kb_tty" ]; then
    exec 7>"$kb_d/$2.e"
  else
    cat "$kb_d/$2.q" >&5 3<&- 4>&- 5>&- &
    kb_p="$kb_p $!"
    exec 7>"$kb_d/$2.q"
  fi
  echo "$2 $kb_p" >"$kb_d/pumps"
  exec 6>"$kb_d/$2.p"
  echo "$1 o $2" >&6
  echo "$1 e $2" >&7
  kb_now
  kb_t=$kb_u
  $kb_setsid "$4" "$kb_d/$2.r" <"$3" >&6 2>&7 3<&- 4>&- 5>&- 6>&- 7>&-
  kb_c=$?
  true >"$kb_d/group"
  kb_now
  echo "$1 O $2" >&6
  echo "$1 E $2 $kb_c $kb_t $kb_u" >&7
  kb_t=$kb_u
  exec 6>&- 7>&-
  wait
  [ "$kb_tty" ] && cat "$kb_d/$2.e" >&4
  true >"$kb_d/pumps"
  echo "$1 N $2" >&4
}
for kb_x in "$kb_d"/fn.*; do [ -e "$kb_x" ] && . "$kb_x"; done
while read -r kb_x <&3; do . "$kb_d/$kb_x"; done`;
