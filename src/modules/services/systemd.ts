import { defineModule, type OptionTable } from '../module.ts';
import { kbSection, parseSections } from '../shell/sections.ts';
import {
  applyUnit,
  parseUnit,
  planUnit,
  type UnitFound,
  type UnitWanted,
  unitLook,
  wantedUnit,
} from './systemd-unit.ts';

export const systemdOptions: OptionTable = {
  name: { description: 'The unit; without a suffix, a service.', type: 'str', aliases: ['service', 'unit'] },
  state: {
    description: 'What the unit shall be doing; `restarted` and `reloaded` always act.',
    type: 'str',
    choices: ['reloaded', 'restarted', 'started', 'stopped'],
  },
  enabled: { description: 'Whether it starts at boot.', type: 'bool' },
  force: { description: 'Overrides existing symbolic links.', type: 'bool' },
  masked: { description: 'Whether it is impossible to start.', type: 'bool' },
  daemon_reload: {
    description: 'Reads changed unit files before anything else.',
    type: 'bool',
    default: false,
    aliases: ['daemon-reload'],
  },
  daemon_reexec: {
    description: 'Starts systemd itself anew before anything else.',
    type: 'bool',
    default: false,
    aliases: ['daemon-reexec'],
  },
  scope: {
    description: 'Whose manager is asked.',
    type: 'str',
    choices: ['system', 'user', 'global'],
    default: 'system',
  },
  no_block: { description: 'Does not wait until the job is done.', type: 'bool', default: false },
};

/** Units of systemd. Behaviour and return values after the documentation of ansible.builtin.systemd_service. */
export const systemd = defineModule<UnitWanted, UnitFound>({
  name: 'systemd',
  aliases: ['systemd_service'],
  summary: 'Starts, stops, enables and masks units of systemd',
  options: systemdOptions,
  constraints: { requiredOneOf: [['state', 'enabled', 'masked', 'daemon_reload', 'daemon_reexec']] },
  prepare: wantedUnit,
  look: (wanted) => ({
    script: { text: unitLook(wanted), functions: [kbSection], environment: { LC_ALL: 'C' } },
    parse: (reply) => parseUnit(wanted, parseSections(reply.stdout)),
  }),
  plan: (wanted, found, context) => planUnit(wanted, found as UnitFound, context),
  apply: (wanted, found) => applyUnit(wanted, found as UnitFound),
});
