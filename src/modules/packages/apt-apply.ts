import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, ModuleFailure, type Result } from '../module.ts';
import { result } from '../read.ts';
import type { AptFound } from './apt-look.ts';
import { type AptSteps, failAsApt } from './apt-plan.ts';
import { aptUpdate } from './apt-update.ts';
import type { AptWanted } from './apt-wanted.ts';

const environment = { LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', DEBIAN_PRIORITY: 'critical' };

/** Lists, packages, caches, in that order, in one message. */
export const applyApt = (wanted: AptWanted, found: AptFound, steps: AptSteps): Apply => ({
  script: {
    text: joinShell([
      ...(steps.update ? [updateText(wanted)] : []),
      ...(steps.run
        ? [withPolicy(wanted, sh`apt-get ${wanted.flags} ${steps.run} </dev/null; kb_code=$?`)]
        : [sh`kb_code=0`]),
      ...steps.clean.map(
        (verb) => sh`[ $kb_code != 0 ] || { printf '@%s\n' ${verb}; apt-get -y ${verb}; kb_code=$?; }`,
      ),
      steps.scratch === undefined ? sh`:` : sh`rm -f -- ${steps.scratch}`,
      sh`printf '\n@now %s\n' "$(stat -c %Y /var/lib/apt/periodic/update-success-stamp 2>/dev/null || stat -c %Y /var/lib/apt/lists)"`,
      sh`exit $kb_code`,
    ]),
    environment,
  },
  finish: (reply) => finishApt(wanted, found, steps, reply.code, decode(reply.stdout), decode(reply.stderr)),
});

const updateText = (wanted: AptWanted): ShellText => sh`${aptUpdate(wanted.updateRetries, wanted.lockTimeout)}
[ -z "$kb_failed" ] || { printf '@update-failed\n%s\n' "$kb_said"; exit 100; }`;

/** policy-rc.d says whether a package's scripts may start services; what was there comes back afterwards. */
const withPolicy = (wanted: AptWanted, run: ShellText): ShellText => {
  if (wanted.policyRcD === undefined) return run;
  return sh`kb_policy=/usr/sbin/policy-rc.d; kb_kept=
[ ! -e $kb_policy ] || { kb_kept=$kb_policy.k8s-bm; mv -f $kb_policy $kb_kept || exit 1; }
kb_restore() { rm -f $kb_policy; [ -z "$kb_kept" ] || mv -f "$kb_kept" $kb_policy; }
trap 'kb_restore' EXIT; trap 'exit 143' TERM INT HUP
printf '#!/bin/sh\nexit %s\n' ${wanted.policyRcD} > $kb_policy && chmod 755 $kb_policy || exit 1
${run}`;
};

const finishApt = (
  wanted: AptWanted,
  found: AptFound,
  steps: AptSteps,
  code: number,
  output: string,
  stderr: string,
): Result => {
  const lists = Number(/\n@now (\d+)\n$/.exec(output)?.[1] ?? found.listsTime);
  const stdout = output.replace(/\n@now \d*\n$/, '').replace(/^@(auto)?clean\n/gm, '');
  if (stdout.startsWith('@update-failed\n')) {
    const reason = stdout.slice('@update-failed\n'.length).trim();
    throw new ModuleFailure(`Failed to update apt cache: ${reason}`);
  }
  if (code !== 0) {
    if (/^E: (Unable to locate package|Version '|Package ')/m.test(stderr)) failAsApt(wanted, stderr);
    const words = steps.run?.join(' ') ?? steps.clean.join(' ');
    throw new ModuleFailure(`'apt-get ${[...wanted.flags, words].join(' ')}' failed: ${stderr.trim()}`, [
      ['stdout', stdout],
      ['stderr', stderr],
      ['rc', code],
      ['cache_updated', steps.update],
      ['cache_update_time', lists],
    ]);
  }
  const asked = wanted.packages.length > 0 || wanted.deb !== undefined;
  const alone = steps.update && !asked && wanted.upgrade === 'no';
  const moved =
    steps.run !== undefined && !/^0 upgraded, 0 newly installed,(?: 0 downgraded,)? 0 to remove/m.test(stdout);
  const ran = steps.run !== undefined || steps.clean.length > 0;
  return result({
    changed: moved || alone || wanted.clean || /^Del /m.test(stdout),
    cache_updated: steps.update,
    cache_update_time: lists,
    ...(ran ? { stdout, stderr } : {}),
    ...(wanted.upgrade !== 'no' && moved ? { msg: stdout } : {}),
  });
};
