import type { ShellFunction } from '../../transport/transport.ts';
import { fail, put } from '../shell/records.ts';

/** The name that a container has while the one that takes its place is not proven yet. */
export const previousName = (name: string): string => `${name}.previous`;

/**
 * `kb_replace NAME READY READY_SECONDS ROLL_BACK RESTART START WORDS…` puts a new container in the place of NAME, or makes the first.
 *
 * The old one gives up its restart policy before it stops, or a restart of dockerd would start both on one folder. It is kept
 * as NAME.previous until the shell text READY succeeds within READY_SECONDS; else it comes back (ROLL_BACK 1) and the script
 * fails with what the new one logged. Wherever this is cut off, running it again goes on: the new container
 * gets its restart policy only at the end, which tells a finished replacement from one that was interrupted.
 */
export const replaceContainer: ShellFunction = {
  name: 'kb_replace',
  needs: [fail, put],
  text: `kb_replace() {
  kb_name=$1 kb_ready=$2 kb_seconds=$3 kb_back=$4 kb_restart=$5 kb_start=$6
  shift 6
  docker rm -f "$kb_name.next" >/dev/null 2>&1
  kb_err=$(docker create --name "$kb_name.next" --restart no "$@" 2>&1 >/dev/null) || kb_fail "creating $kb_name failed: $kb_err"
  if docker inspect --type container "$kb_name" >/dev/null 2>&1; then
    if docker inspect --type container "$kb_name.previous" >/dev/null 2>&1; then
      # An earlier replacement was cut off: what runs under the name never proved itself.
      docker rm -f "$kb_name" >/dev/null 2>&1
    else
      docker update --restart no "$kb_name" >/dev/null 2>&1
      kb_err=$(docker stop "$kb_name" 2>&1 >/dev/null) || kb_fail "stopping $kb_name failed: $kb_err"
      kb_err=$(docker rename "$kb_name" "$kb_name.previous" 2>&1) || kb_fail "renaming $kb_name failed: $kb_err"
    fi
  fi
  kb_err=$(docker rename "$kb_name.next" "$kb_name" 2>&1) || kb_fail "renaming $kb_name.next failed: $kb_err"
  if [ "$kb_start" = 1 ]; then
    kb_err=$(docker start "$kb_name" 2>&1 >/dev/null) || kb_undo "starting $kb_name failed: $kb_err"
    kb_await_ready
  fi
  kb_settle
}
kb_await_ready() {
  [ "$kb_ready" ] || return 0
  kb_end=$(($(date +%s) + kb_seconds))
  until kb_said=$( (eval "$kb_ready") 2>&1 </dev/null); do
    if [ "$(docker inspect --format '{{.State.Status}}' "$kb_name" 2>/dev/null)" = exited ]; then
      kb_undo "$kb_name ended with exit code $(docker inspect --format '{{.State.ExitCode}}' "$kb_name")"
    fi
    [ "$(date +%s)" -lt "$kb_end" ] || kb_undo "$kb_name was not ready after $kb_seconds s: $(printf %s "$kb_said" | tail -n 3)"
    sleep 0.3
  done
}
kb_undo() {
  kb_why=$1 kb_log=$(docker logs --tail 15 "$kb_name" 2>&1)
  if [ "$kb_back" = 1 ] && docker inspect --type container "$kb_name.previous" >/dev/null 2>&1; then
    docker rm -f "$kb_name" >/dev/null 2>&1
    docker rename "$kb_name.previous" "$kb_name" && docker start "$kb_name" >/dev/null 2>&1 && docker update --restart "$kb_restart" "$kb_name" >/dev/null 2>&1 &&
      kb_why="$kb_why; the container that was there before runs again"
  fi
  kb_fail "$kb_why\${kb_log:+
It logged:
$kb_log}"
}
kb_settle() {
  if [ "$kb_restart" != no ]; then
    kb_err=$(docker update --restart "$kb_restart" "$kb_name" 2>&1 >/dev/null) || kb_fail "setting the restart policy of $kb_name failed: $kb_err"
  fi
  # What ended before it had its policy is not started again by getting it.
  case $kb_start$kb_restart in 1always | 1unless-stopped)
    [ "$(docker inspect --format '{{.State.Status}}' "$kb_name" 2>/dev/null)" != exited ] || docker start "$kb_name" >/dev/null 2>&1 ;;
  esac
  docker rm -f "$kb_name.previous" >/dev/null 2>&1
  :
}`,
};

/** `kb_finish NAME READY SECONDS ROLL_BACK RESTART` ends a replacement that was cut off after the new container had started. */
export const finishReplacement: ShellFunction = {
  name: 'kb_finish',
  needs: [replaceContainer],
  text: `kb_finish() {
  kb_name=$1 kb_ready=$2 kb_seconds=$3 kb_back=$4 kb_restart=$5 kb_start=1
  kb_err=$(docker start "$kb_name" 2>&1 >/dev/null) || kb_undo "starting $kb_name failed: $kb_err"
  kb_await_ready
  kb_settle
}`,
};
