import { defineModule } from '../module.ts';
import { applyApt } from './apt-apply.ts';
import { applyDeb, planDeb } from './apt-deb.ts';
import { type AptFound, aptLook, parseAptLook } from './apt-look.ts';
import { aptSteps, planApt } from './apt-plan.ts';
import { type AptWanted, aptOptions, wantedApt } from './apt-wanted.ts';

/** Packages of Debian and Ubuntu. Behaviour and return values after the documentation of ansible.builtin.apt. */
export const apt = defineModule<AptWanted, AptFound>({
  name: 'apt',
  summary: 'Installs, upgrades and removes Debian packages',
  options: aptOptions,
  constraints: {
    mutuallyExclusive: [
      ['deb', 'name'],
      ['deb', 'upgrade'],
    ],
  },
  prepare: wantedApt,
  look: (wanted, context) => ({
    script: aptLook(wanted, context.checkMode),
    parse: (reply) => parseAptLook(reply.stdout),
  }),
  plan: (wanted, found, context) =>
    (wanted.deb === undefined ? planApt : planDeb)(wanted, found as AptFound, context.checkMode),
  apply: (wanted, found, _plan, context) =>
    wanted.deb === undefined
      ? applyApt(wanted, found as AptFound, aptSteps(wanted, found as AptFound))
      : applyDeb(wanted, found as AptFound, context),
});
