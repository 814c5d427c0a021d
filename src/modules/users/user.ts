import { defineModule } from '../module.ts';
import { applyUser } from './user-apply.ts';
import { parseUserLook, type UserFound, userLook } from './user-look.ts';
import { planUser } from './user-plan.ts';
import { type UserWanted, userOptions, wantedUser } from './user-wanted.ts';

/**
 * Accounts, by shadow's tools or busybox's. Behaviour and return values after the documentation of ansible.builtin.user.
 */
export const user = defineModule<UserWanted, UserFound>({
  name: 'user',
  summary: 'Makes, changes and removes user accounts',
  options: userOptions,
  changesUsers: true,
  prepare: wantedUser,
  look: (wanted) => ({ script: userLook(wanted), parse: (reply) => parseUserLook(reply.stdout) }),
  plan: (wanted, found) => planUser(wanted, found as UserFound),
  apply: (wanted, found) => applyUser(wanted, found as UserFound),
});
