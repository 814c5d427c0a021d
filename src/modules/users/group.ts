import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, needed, number, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { accountLines, type GroupLine, parseGroups, putLine } from './account-files.ts';

interface Wanted {
  readonly name: string;
  readonly state: 'present' | 'absent';
  readonly gid: number | undefined;
  readonly nonUnique: boolean;
  readonly system: boolean;
  readonly local: boolean;
  readonly force: boolean;
  readonly gidRange: readonly [min: number | undefined, max: number | undefined];
}

interface Found {
  readonly group: GroupLine | undefined;
  readonly tools: 'shadow' | 'busybox';
}

/** Groups. Behaviour and return values after the documentation of ansible.builtin.group. */
export const group = defineModule<Wanted, Found>({
  name: 'group',
  summary: 'Makes, changes and removes groups',
  options: {
    name: { description: 'The group.', type: 'str', required: true },
    state: { description: 'Whether it exists.', type: 'str', choices: ['absent', 'present'], default: 'present' },
    gid: { description: 'Its number.', type: 'int' },
    non_unique: { description: 'Allows a number that another group has.', type: 'bool', default: false },
    system: { description: 'Makes a system group.', type: 'bool', default: false },
    local: { description: 'Looks into the local files only.', type: 'bool', default: false },
    force: { description: "Removes it although it is a user's primary group.", type: 'bool', default: false },
    gid_min: { description: 'The smallest number to choose.', type: 'int' },
    gid_max: { description: 'The largest number to choose.', type: 'int' },
  },
  constraints: { requiredIf: [['non_unique', true, ['gid']]] },
  changesUsers: true,
  prepare: (args) => ({
    name: needed(args, 'name'),
    state: (text(args, 'state') ?? 'present') as Wanted['state'],
    gid: number(args, 'gid'),
    nonUnique: flag(args, 'non_unique'),
    system: flag(args, 'system'),
    local: flag(args, 'local'),
    force: flag(args, 'force'),
    gidRange: [number(args, 'gid_min'), number(args, 'gid_max')],
  }),
  look: (wanted) => ({
    script: { text: lookText(wanted), functions: [kbSection, accountLines], environment: { LC_ALL: 'C' } },
    parse: (reply) => parseFound(reply.stdout),
  }),
  plan: (wanted, found) => {
    const changes = changesOf(wanted, found as Found);
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      // Of a group that is still to be made or removed, check mode tells no more than that.
      result: isWhole(changes) ? result({ changed: true }) : groupResult(wanted, found as Found, changes.length > 0),
      makesTrue: [{ kind: 'group', name: wanted.name, state: { state: wanted.state } }],
    };
  },
  apply: (wanted, found) => ({
    script: {
      text: joinShell([sh`{ ${step(wanted, found as Found)}; } >&2 || exit`, lookText(wanted)]),
      functions: [kbSection, accountLines, putLine],
      environment: { LC_ALL: 'C' },
    },
    finish: (reply) => {
      if (reply.code !== 0) throw new ModuleFailure(decode(reply.stderr).trim(), [['name', wanted.name]]);
      return groupResult(wanted, parseFound(reply.stdout), true);
    },
  }),
});

const isWhole = (changes: readonly Change[]): boolean =>
  changes.some((change) => change.before === null || change.after === null);

const lookText = (wanted: Wanted): ShellText =>
  joinShell([
    wanted.local
      ? sh`kb_section group kb_line /etc/group ${wanted.name}`
      : sh`kb_section group kb_entry group ${wanted.name}`,
    sh`kb_section tools sh -c ${'command -v groupadd >/dev/null && command -v groupmod >/dev/null'}`,
  ]);

const parseFound = (stdout: Uint8Array): Found => {
  const sections = parseSections(stdout);
  return {
    group: parseGroups(sectionOf(sections, 'group').text)[0],
    tools: sectionOf(sections, 'tools').code === 0 ? 'shadow' : 'busybox',
  };
};

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const what = `group ${wanted.name}`;
  if (wanted.state === 'absent') return found.group ? [{ what, before: 'present', after: null }] : [];
  if (found.group === undefined) return [{ what, before: null, after: 'present' }];
  if (wanted.gid === undefined || wanted.gid === found.group.gid) return [];
  return [{ what: `${what} gid`, before: String(found.group.gid), after: String(wanted.gid) }];
};

const step = (wanted: Wanted, found: Found): ShellText => {
  const { name, gid } = wanted;
  const [min, max] = wanted.gidRange;
  const number = gid === undefined ? [] : ['-g', String(gid)];
  if (found.tools === 'busybox') {
    if (wanted.state === 'absent') return sh`delgroup ${name}`;
    if (found.group === undefined) return sh`addgroup ${number} ${wanted.system ? ['-S'] : []} ${name}`;
    const line = [name, 'x', String(gid), found.group.members.join(',')].join(':');
    return sh`kb_put_line /etc/group ${name} ${line}`;
  }
  if (wanted.state === 'absent') return sh`groupdel ${wanted.force ? ['-f'] : []} ${name}`;
  const unique = wanted.nonUnique ? ['-o'] : [];
  if (found.group !== undefined) return sh`groupmod ${[...number, ...unique]} ${name}`;
  const range = [
    ...(min === undefined ? [] : ['-K', `GID_MIN=${min}`]),
    ...(max === undefined ? [] : ['-K', `GID_MAX=${max}`]),
  ];
  return sh`groupadd ${[...number, ...unique, ...range, ...(wanted.system ? ['-r'] : [])]} ${name}`;
};

const groupResult = (wanted: Wanted, found: Found, changed: boolean): Result =>
  result({
    changed,
    name: wanted.name,
    state: wanted.state,
    ...(found.group && wanted.state === 'present' ? { gid: found.group.gid, system: wanted.system } : {}),
  });
