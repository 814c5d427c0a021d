import { type ShellText, sh } from '../../transport/shell/quote.ts';

/**
 * Reads the repositories' lists, with tries for what passes: a mirror in the middle of its own update, another process's
 * lock. Leaves kb_said, and kb_failed where it did not work.
 */
export const aptUpdate = (tries: number, lockTimeout: number): ShellText => sh`kb_try=0 kb_wait=0 kb_failed=
until kb_said=$(apt-get update -o DPkg::Lock::Timeout=${lockTimeout} -o APT::Update::Error-Mode=any 2>&1 </dev/null); do
  case $kb_said in
    *'Could not get lock'*) kb_wait=$((kb_wait + 1)); [ $kb_wait -le ${lockTimeout} ] || { kb_failed=1; break; }; sleep 1; continue ;;
  esac
  kb_try=$((kb_try + 1)); [ $kb_try -lt ${Math.max(1, tries)} ] || { kb_failed=1; break; }
  sleep $kb_try
done`;
