import type { TestHost } from '../lab-hosts.ts';
import type { Setting } from './harness.ts';

/** Runs modules on a lab host, as root. */
export const onHost = (host: TestHost): Setting => ({
  run: async (script, stdin) => reply(await host.exec(script, stdin)),
});

/** The same host with every file system read-only: what a look writes in spite of its promise fails. */
export const onReadOnlyHost = (host: TestHost): Setting => ({
  run: async (script, stdin) =>
    reply(await host.exec(`exec unshare -m sh -c ${quoted(readOnly)} sh ${quoted(script)}`, stdin)),
});

const readOnly = `mount --make-rprivate /
while read -r device path rest; do case $path in /proc|/proc/*|/dev/shm) ;; *) mount -o remount,bind,ro "$(printf %b "$path")" 2>/dev/null ;; esac; done < /proc/mounts
! ( : > /etc/written ) 2>/dev/null || { echo 'still writable' >&2; exit 99; }
exec sh -c "$1"`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const reply = ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
  code,
  stdout: Buffer.from(stdout, 'latin1'),
  stderr: Buffer.from(stderr, 'latin1'),
  timedOut: false,
  durationMs: 0,
});
