import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { membersOf } from './process.ts';
import type { HostRecord, LabPlace } from './state.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script as root inside a container host, past its network and sshd: also on one that is cut off. Streams are latin1,
 * so that bytes survive. Undefined when the host is off.
 */
export const runInside = async (
  place: LabPlace,
  host: HostRecord,
  script: string,
  stdin: string | Uint8Array = '',
): Promise<Ran | undefined> => {
  const pid = await initOf(place, host);
  if (pid === undefined) return undefined;
  const enter = ['--target', String(pid), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd'];
  const { exitCode, signal, stdout, stderr } = await execa('nsenter', [...enter, '/bin/sh', '-c', script], {
    reject: false,
    input: stdin,
    encoding: 'latin1',
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' },
  });
  return { code: exitCode ?? (signal ? 128 : 255), stdout, stderr };
};

/** The host's PID 1, as this machine counts it: the one process of its group that is 1 one namespace further in. */
export const initOf = async (place: LabPlace, host: HostRecord): Promise<number | undefined> => {
  for (const pid of await membersOf(place, host.name)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (/^NSpid:\t\d+\t1$/m.test(status)) return pid;
  }
  return undefined;
};
