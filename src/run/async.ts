import { randomBytes } from 'node:crypto';
import { type Apply, defineModule, ModuleFailure, type Result } from '../modules/module.ts';
import { text } from '../modules/read.ts';
import type { Value } from '../template/values.ts';
import { joinShell, ShellText, sh } from '../transport/shell/quote.ts';
import type { Reply, Script } from '../transport/transport.ts';
import { decode } from '../util/bytes.ts';
import { completeResult, resultOf } from './results.ts';

/** Where jobs leave what they print; the folder that ansible-core uses, so that clean-up roles find it. */
const folder = new ShellText('"$HOME/.ansible_async"');

/** How the results of jobs under way are read, by job; a job of an earlier run is read as a command's. */
const finishers = new Map<string, Apply['finish']>();

/** `async` with `poll: 0`: the script goes on in a session of its own, and the task is done at once. */
export const startJob = (apply: Apply, seconds: number): Apply => {
  const job = `j${randomBytes(6).toString('hex')}.${Date.now() % 1_000_000}`;
  finishers.set(job, apply.finish);
  return {
    script: detached(apply.script, job, seconds),
    finish: (reply: Reply): Result => {
      if (reply.code !== 0) throw new ModuleFailure(`the job does not start: ${decode(reply.stderr).trim()}`);
      return resultOf({
        changed: true,
        ansible_job_id: job,
        started: 1,
        finished: 0,
        results_file: decode(reply.stdout).trim(),
      });
    },
  };
};

const detached = (script: Script, job: string, seconds: number): Script => {
  const file = (extension: string): ShellText => sh`${folder}/${job + extension}`;
  const text = joinShell([
    sh`umask 077; mkdir -p ${folder} || exit 1`,
    sh`cat > ${file('.in')} || exit 1`,
    sh`(`,
    sh`  trap '' HUP`,
    sh`  ( ${new ShellText(`\n${script.text.text}\n`)} ) < ${file('.in')} > ${file('.out')} 2> ${file('.err')} &`,
    sh`  kb_job=$!`,
    sh`  ( sleep ${seconds}; kill -TERM $kb_job ) > /dev/null 2>&1 < /dev/null &`,
    sh`  kb_clock=$!`,
    sh`  wait $kb_job; kb_code=$?`,
    sh`  kill $kb_clock`,
    sh`  echo $kb_code > ${file('.part')} && mv -f ${file('.part')} ${file('.rc')}; rm -f ${file('.in')}`,
    sh`) > /dev/null 2>&1 < /dev/null &`,
    sh`printf '%s\n' ${folder}/${job}`,
  ]);
  return { ...script, text, stdin: script.stdin ?? new Uint8Array(), ownSession: true, timeoutMs: undefined };
};

interface Seen {
  readonly there: boolean;
  readonly code: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Tells how a job that `async` left running is getting on, as ansible.builtin.async_status does. */
export const asyncStatus = defineModule<string, Seen>({
  name: 'async_status',
  summary: 'Tell the state of a job that runs in the background',
  options: {
    jid: { type: 'str', required: true, description: 'The job, as `ansible_job_id` names it.' },
    mode: { type: 'str', choices: ['status', 'cleanup'], default: 'status', description: 'cleanup removes its files.' },
  },
  observes: 'world',
  prepare: (args) => {
    const job = text(args, 'jid') ?? '';
    if (!/^j\w+\.\d+$/.test(job)) throw new ModuleFailure(`'${job}' is no job`, [['ansible_job_id', job]]);
    return job;
  },
  look: (job) => {
    const file = (extension: string): ShellText => sh`${folder}/${job + extension}`;
    return {
      script: {
        text: joinShell([
          sh`[ -e ${file('.out')} ] || exit 3`,
          sh`kb_rc=$(cat ${file('.rc')} 2> /dev/null)`,
          sh`printf '%s\n' "$kb_rc"; [ -n "$kb_rc" ] || exit 0`,
          sh`cat ${file('.out')}; cat ${file('.err')} >&2`,
        ]),
      },
      parse: (reply) => {
        const at = reply.stdout.indexOf(10);
        const code = Number.parseInt(decode(reply.stdout.subarray(0, Math.max(0, at))), 10);
        return {
          there: reply.code === 0,
          code: Number.isNaN(code) ? undefined : code,
          stdout: reply.stdout.subarray(at + 1),
          stderr: reply.stderr,
        };
      },
    };
  },
  plan: (job, seen) => {
    if (!seen?.there)
      throw new ModuleFailure('could not find job', [
        ['ansible_job_id', job],
        ['started', 1],
        ['finished', 1],
      ]);
    const state: [string, Value][] = [
      ['ansible_job_id', job],
      ['started', 1],
    ];
    if (seen.code === undefined)
      return { outcome: 'nothing', changes: [], result: resultOf({ ...Object.fromEntries(state), finished: 0 }) };
    const reply = { code: seen.code, stdout: seen.stdout, stderr: seen.stderr, timedOut: false, durationMs: 0 };
    const finished = (finishers.get(job) ?? asCommand)(reply);
    if (!(finished instanceof Map)) throw new ModuleFailure(`the job ${job} has more to do than a job can`, state);
    const result = completeResult(new Map<Value, Value>([...finished, ...state, ['finished', 1]]), true);
    return { outcome: 'nothing', changes: [], result };
  },
});

const asCommand = (reply: Reply): Result =>
  resultOf({ rc: reply.code, stdout: decode(reply.stdout).trimEnd(), stderr: decode(reply.stderr).trimEnd() });
