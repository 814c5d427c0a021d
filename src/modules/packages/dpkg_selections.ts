import { sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { needed, result } from '../read.ts';

interface Wanted {
  readonly name: string;
  readonly selection: string;
}

/**
 * Holds and other selections of dpkg. Behaviour and return values after the documentation of ansible.builtin.dpkg_selections. dpkg
 * is called by its path: busybox's sh would take the applet of that name.
 */
export const dpkg_selections = defineModule<Wanted, string>({
  name: 'dpkg_selections',
  summary: 'Holds Debian packages at their version, or lets them go',
  options: {
    name: { description: 'The package.', type: 'str', required: true },
    selection: {
      description: 'What dpkg may do with it.',
      type: 'str',
      choices: ['install', 'hold', 'deinstall', 'purge'],
      required: true,
    },
  },
  prepare: (args) => ({ name: needed(args, 'name'), selection: needed(args, 'selection') }),
  look: ({ name }) => ({
    script: { environment: { LC_ALL: 'C' }, text: sh`/usr/bin/dpkg --get-selections ${name}` },
    parse: (reply) => decode(reply.stdout).trim().split(/\s+/)[1] ?? 'not present',
  }),
  plan: ({ name, selection }, found) => {
    const before = found as string;
    const changed = before !== selection;
    return {
      outcome: changed ? 'change' : 'nothing',
      changes: changed ? [{ what: `selection of ${name}`, before, after: selection }] : [],
      result: result({ changed, before, after: selection }),
    };
  },
  apply: ({ name, selection }, found) => ({
    script: {
      environment: { LC_ALL: 'C' },
      text: sh`printf '%s %s\n' ${name} ${selection} | /usr/bin/dpkg --set-selections`,
    },
    finish: (reply) => {
      const said = decode(reply.stderr).trim();
      // dpkg only warns of a package that it does not know, and holds nothing.
      if (reply.code !== 0 || /package not in|unknown package/i.test(said))
        throw new ModuleFailure(said || `dpkg --set-selections ended with ${reply.code}`);
      return result({ changed: true, before: found as string, after: selection });
    },
  }),
});
