import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';

interface Wanted {
  readonly name: string | undefined;
  readonly hwclock: 'UTC' | 'local' | undefined;
}

interface Found {
  readonly zone: string;
  readonly hwclock: 'UTC' | 'local';
  readonly exists: boolean;
  readonly systemd: boolean;
}

/** The time zone. Behaviour and return values after the documentation of community.general.timezone. */
export const timezone = defineModule<Wanted, Found>({
  name: 'timezone',
  aliases: ['community.general.timezone'],
  summary: "Sets the host's time zone",
  options: {
    name: { description: 'The zone, such as Europe/Berlin.', type: 'str' },
    hwclock: {
      description: 'What the hardware clock keeps.',
      type: 'str',
      choices: ['local', 'UTC'],
      aliases: ['rtc'],
    },
  },
  constraints: { requiredOneOf: [['hwclock', 'name']] },
  prepare: (args) => ({ name: text(args, 'name'), hwclock: text(args, 'hwclock') as Wanted['hwclock'] }),
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`kb_section link readlink /etc/localtime`,
        sh`[ ! -r /etc/timezone ] || kb_section file cat /etc/timezone`,
        sh`[ ! -r /etc/adjtime ] || kb_section adjtime cat /etc/adjtime`,
        sh`kb_section exists test -e ${`/usr/share/zoneinfo/${wanted.name ?? ''}`}`,
        sh`kb_section systemd sh -c ${'[ -d /run/systemd/system ] && command -v timedatectl'}`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const link = sectionOf(sections, 'link').text.trim();
      const at = link.indexOf('zoneinfo/');
      return {
        zone: at < 0 ? sectionOf(sections, 'file').text.trim() : link.slice(at + 'zoneinfo/'.length),
        hwclock: /^LOCAL$/m.test(sectionOf(sections, 'adjtime').text) ? 'local' : 'UTC',
        exists: sectionOf(sections, 'exists').code === 0,
        systemd: sectionOf(sections, 'systemd').code === 0,
      };
    },
  }),
  plan: (wanted, found) => {
    const there = found as Found;
    const changes = changesOf(wanted, there);
    if (wanted.name !== undefined && changes.length > 0 && !there.exists)
      throw new ModuleFailure(
        `given timezone "${wanted.name}" is not available: the host has no /usr/share/zoneinfo/${wanted.name} (package tzdata)`,
      );
    const lines = (zone: string, clock: string): string => `hwclock: ${clock}\nname: ${zone}\n`;
    return {
      ...planned(changes),
      ...(changes.length > 0
        ? {
            diff: [
              {
                before: lines(there.zone, there.hwclock),
                after: lines(wanted.name ?? there.zone, wanted.hwclock ?? there.hwclock),
                beforeHeader: 'timezone',
                afterHeader: 'timezone',
              },
            ],
          }
        : {}),
    };
  },
  apply: (wanted, found) => {
    const { zone, hwclock, systemd } = found as Found;
    const { name } = wanted;
    const moves = name !== undefined && name !== zone;
    const clocks = wanted.hwclock !== undefined && wanted.hwclock !== hwclock;
    return {
      script: {
        environment: { LC_ALL: 'C' },
        text: joinShell([
          moves
            ? systemd
              ? sh`timedatectl set-timezone ${name} || exit`
              : sh`ln -s ${`/usr/share/zoneinfo/${name}`} /etc/localtime.k8s-bm && mv -f /etc/localtime.k8s-bm /etc/localtime || exit
[ ! -e /etc/timezone ] || printf '%s\n' ${name} > /etc/timezone`
            : sh`:`,
          clocks
            ? systemd
              ? sh`timedatectl set-local-rtc ${wanted.hwclock === 'local' ? '1' : '0'}`
              : sh`hwclock --systohc ${wanted.hwclock === 'local' ? '--localtime' : '--utc'}`
            : sh`:`,
        ]),
      },
      finish: (reply) => {
        if (reply.code !== 0) throw new ModuleFailure(decode(reply.stderr).trim());
        return result({ changed: true });
      },
    };
  },
});

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const changes: Change[] = [];
  if (wanted.name !== undefined && wanted.name !== found.zone)
    changes.push({ what: 'time zone', before: found.zone || null, after: wanted.name });
  if (wanted.hwclock !== undefined && wanted.hwclock !== found.hwclock)
    changes.push({ what: 'hardware clock', before: found.hwclock, after: wanted.hwclock });
  return changes;
};
