import type { Value } from '../../template/values.ts';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { result } from '../read.ts';
import { kbSection, parseSections, type Section, sectionOf } from '../shell/sections.ts';

/** What services there are, under `ansible_facts.services`. Fields as the documentation of ansible.builtin.service_facts lists them. */
export const service_facts = defineModule<undefined, Value>({
  name: 'service_facts',
  summary: 'Tells what services there are, and whether they run',
  options: {},
  prepare: () => undefined,
  look: () => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C', SYSTEMD_COLORS: '0' },
      text: joinShell([
        sh`if command -v systemctl >/dev/null 2>&1; then
  kb_section units systemctl list-units --no-pager --type service --all --plain --no-legend --full
  kb_section files systemctl list-unit-files --no-pager --type service --all --no-legend --full
fi`,
        sh`if command -v rc-status >/dev/null 2>&1; then
  kb_section openrc rc-status -a -s -q; kb_section runlevels rc-update show -v
elif [ -d /etc/init.d ] && [ ! -d /run/systemd/system ] && command -v service >/dev/null 2>&1; then
  kb_section sysv service --status-all
fi`,
      ]),
    },
    parse: (reply) => servicesOf(parseSections(reply.stdout)),
  }),
  plan: (_, services) => ({
    outcome: 'nothing',
    changes: [],
    result: result({ changed: false, ansible_facts: new Map([['services', services as Value]]) }),
  }),
});

const servicesOf = (sections: ReadonlyMap<string, Section>): Value => {
  const services = new Map<Value, Value>();
  const set = (name: string, source: string, state: string, status: string): void => {
    services.set(name, result({ name, source, state, status }));
  };
  for (const match of sectionOf(sections, 'sysv').text.matchAll(/^ *\[ ([+?-]) \] +(\S+)/gm))
    set(match[2] as string, 'sysv', match[1] === '+' ? 'running' : match[1] === '-' ? 'stopped' : 'unknown', '');
  const runlevels = sectionOf(sections, 'runlevels').text;
  for (const match of sectionOf(sections, 'openrc').text.matchAll(/^ *(\S+) +\[ +(\w+)/gm)) {
    const line = runlevels.split('\n').find((each) => each.split('|')[0]?.trim() === match[1]);
    const on = line?.split('|')[1]?.trim() ? 'enabled' : 'disabled';
    set(match[1] as string, 'openrc', match[2] === 'started' ? 'running' : (match[2] as string), on);
  }
  const files = new Map<string, string>();
  for (const line of sectionOf(sections, 'files').text.split('\n')) {
    const [name, status] = line.trim().split(/\s+/) as [string, string | undefined];
    if (name.endsWith('.service') && status !== undefined) files.set(name, status);
  }
  for (const line of sectionOf(sections, 'units').text.split('\n')) {
    const [name, load, active, sub] = line
      .replace(/^[●*\s]+/, '')
      .trim()
      .split(/\s+/) as [string, string, string, string];
    if (!name.endsWith('.service')) continue;
    const broken =
      load === 'not-found' || load === 'masked' || active === 'failed'
        ? active === 'failed'
          ? 'failed'
          : load
        : undefined;
    const state = active === 'active' && sub === 'running' ? 'running' : 'stopped';
    set(name, 'systemd', state, broken ?? files.get(name) ?? 'unknown');
  }
  for (const [name, status] of files)
    if (!services.has(name)) set(name, 'systemd', name.includes('@.') ? 'unknown' : 'inactive', status);
  return services;
};
