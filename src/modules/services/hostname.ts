import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { needed, result } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';

interface Found {
  readonly current: string;
  readonly permanent: string;
  readonly systemd: boolean;
}

/** The host's name, now and after a boot. Behaviour and return values after the documentation of ansible.builtin.hostname. */
export const hostname = defineModule<string, Found>({
  name: 'hostname',
  summary: "Sets the host's name",
  options: {
    name: { description: 'The name.', type: 'str', required: true },
    use: { description: 'Accepted; systemd is asked where it runs, else /etc/hostname is written.', type: 'str' },
  },
  prepare: (args) => needed(args, 'name'),
  look: () => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`kb_section current uname -n`,
        sh`[ ! -r /etc/hostname ] || kb_section permanent cat /etc/hostname`,
        sh`kb_section systemd sh -c ${'[ -d /run/systemd/system ] && command -v hostnamectl'}`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      return {
        current: sectionOf(sections, 'current').text.trim(),
        permanent: sectionOf(sections, 'permanent').text.trim(),
        systemd: sectionOf(sections, 'systemd').code === 0,
      };
    },
  }),
  plan: (name, found) => {
    const { current, permanent } = found as Found;
    const changes: Change[] = [];
    if (current !== name) changes.push({ what: 'hostname', before: current, after: name });
    if (permanent !== name) changes.push({ what: 'hostname after a boot', before: permanent || null, after: name });
    const changed = changes.length > 0;
    return {
      outcome: changed ? 'change' : 'nothing',
      changes,
      result: resultOf(name, changed),
      ...(changed
        ? {
            diff: [
              {
                before: `hostname = ${current}\n`,
                after: `hostname = ${name}\n`,
                beforeHeader: 'hostname',
                afterHeader: 'hostname',
              },
            ],
          }
        : {}),
    };
  },
  apply: (name, found) => {
    const { current, permanent, systemd } = found as Found;
    const { stdin, sizes } = contentsOf([`${name}\n`]);
    const byFile = permanent !== name && !systemd;
    return {
      script: {
        functions: writeFileFunctions,
        environment: { LC_ALL: 'C' },
        ...(byFile ? { stdin } : {}),
        text: joinShell([
          systemd
            ? sh`hostnamectl --static set-hostname ${name} </dev/null && hostnamectl --transient set-hostname ${name} </dev/null || exit`
            : sh`:`,
          byFile ? writeFile(sh`/etc/hostname`, sizes[0] as number) : sh`:`,
          current === name || systemd ? sh`:` : sh`hostname ${name}`,
        ]),
      },
      finish: (reply) => {
        if (reply.code !== 0)
          throw new ModuleFailure(
            `setting the hostname failed: ${`${decode(reply.stderr)}${decode(reply.stdout)}`.trim()}`,
          );
        return resultOf(name, true);
      },
    };
  },
});

const resultOf = (name: string, changed: boolean) =>
  result({
    changed,
    name,
    ...(changed
      ? {
          ansible_facts: new Map([
            ['ansible_hostname', name.split('.')[0] as string],
            ['ansible_nodename', name],
            ['ansible_fqdn', name],
            ['ansible_domain', name.split('.').slice(1).join('.')],
          ]),
        }
      : {}),
  });
