import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Arguments, defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';
import { jobNames, setJob, setVariable, variableNames } from './crontab.ts';

interface Wanted {
  readonly name: string;
  readonly user: string | undefined;
  /** A file of cron.d; undefined for the user's own crontab. */
  readonly file: string | undefined;
  readonly backup: boolean;
  readonly edit: (crontab: string) => string;
  readonly absent: boolean;
}

interface Found {
  readonly crontab: string;
  readonly exists: boolean;
}

const time = (description: string, aliases: string[] = []) =>
  ({ description, type: 'str', default: '*', aliases }) as const;

/** Jobs of cron. Behaviour and return values after the documentation of ansible.builtin.cron. */
export const cron = defineModule<Wanted, Found>({
  name: 'cron',
  summary: 'Keeps jobs and variables in crontabs',
  options: {
    name: { description: "The job's name, or the variable's with `env`.", type: 'str', required: true },
    job: { description: "The command, or the variable's value.", type: 'str', aliases: ['value'] },
    state: { description: 'Whether it is there.', type: 'str', choices: ['present', 'absent'], default: 'present' },
    user: { description: 'Whose crontab; in cron.d, who it runs as.', type: 'str' },
    cron_file: { description: 'A file in /etc/cron.d, or a path.', type: 'path' },
    minute: time('Minutes.'),
    hour: time('Hours.'),
    day: time('Days of the month.', ['dom']),
    month: time('Months.'),
    weekday: time('Days of the week.', ['dow']),
    special_time: {
      description: 'A word instead of the times.',
      type: 'str',
      choices: ['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'],
    },
    disabled: { description: 'Keeps the job, commented out.', type: 'bool', default: false },
    env: { description: 'Sets a variable instead of a job.', type: 'bool', default: false },
    insertafter: { description: 'The variable that it goes behind.', type: 'str' },
    insertbefore: { description: 'The variable that it goes before.', type: 'str' },
    backup: { description: 'Keeps a copy of the file.', type: 'bool', default: false },
  },
  constraints: { mutuallyExclusive: [['insertafter', 'insertbefore']] },
  prepare: (args) => {
    const file = text(args, 'cron_file');
    const absent = text(args, 'state') === 'absent';
    const name = needed(args, 'name');
    const job = text(args, 'job');
    if (!absent && job === undefined)
      throw new ModuleFailure("You must specify 'job' to install a new cron job or variable");
    if (job !== undefined && /\n./.test(job)) throw new ModuleFailure('a job of cron is one line');
    if (!absent && file !== undefined && !text(args, 'user') && !flag(args, 'env'))
      throw new ModuleFailure('To use cron_file=... parameter you must specify user=... as well');
    const place = { after: text(args, 'insertafter'), before: text(args, 'insertbefore') };
    return {
      name,
      absent,
      user: text(args, 'user'),
      file: file === undefined || file.startsWith('/') ? file : `/etc/cron.d/${file}`,
      backup: flag(args, 'backup'),
      edit: (crontab) =>
        flag(args, 'env')
          ? setVariable(crontab, name, absent ? undefined : (job as string), place)
          : setJob(crontab, { name, line: absent ? undefined : jobLine(args, job as string, file !== undefined) }),
    };
  },
  look: ({ file, user }) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text:
        file === undefined
          ? joinShell([
              sh`kb_list() { crontab ${user === undefined ? [] : ['-u', user]} -l 2>/dev/null; }`,
              sh`kb_section tab kb_list`,
              sh`kb_section program command -v crontab`,
            ])
          : sh`[ ! -e ${file} ] || kb_section tab cat -- ${file}`,
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      if (file === undefined && sectionOf(sections, 'program').code !== 0)
        throw new ModuleFailure('the host has no crontab program (package cron)');
      const tab = sectionOf(sections, 'tab');
      return { crontab: tab.code === 0 ? tab.text : '', exists: tab.code === 0 };
    },
  }),
  plan: (wanted, found) => {
    const { crontab, exists } = found as Found;
    const after = wanted.edit(crontab);
    const changed = after !== crontab;
    const path = wanted.file ?? 'crontab';
    return {
      outcome: changed ? 'change' : 'nothing',
      changes: changed
        ? [{ what: `cron ${wanted.name}`, before: jobIn(crontab, wanted.name), after: jobIn(after, wanted.name) }]
        : [],
      result: resultOf(wanted, after, changed),
      ...(changed
        ? { diff: [{ before: crontab, after, beforeHeader: exists ? path : '/dev/null', afterHeader: path }] }
        : {}),
    };
  },
  apply: (wanted, found) => {
    const { crontab } = found as Found;
    const after = wanted.edit(crontab);
    const { stdin, sizes } = contentsOf([after]);
    const emptied = wanted.file !== undefined && after.trim() === '';
    return {
      script: {
        functions: writeFileFunctions,
        environment: { LC_ALL: 'C' },
        stdin,
        text:
          wanted.file === undefined
            ? sh`crontab ${wanted.user === undefined ? [] : ['-u', wanted.user]} -`
            : emptied
              ? sh`rm -f -- ${wanted.file}`
              : writeFile(sh`${wanted.file}`, sizes[0] as number, '0644', wanted.backup),
      },
      finish: (reply) => {
        if (reply.code !== 0)
          throw new ModuleFailure(/error=(.*?)\0/s.exec(decode(reply.stdout))?.[1] ?? decode(reply.stderr).trim());
        return resultOf(wanted, after, true);
      },
    };
  },
});

const jobLine = (args: Arguments, job: string, withUser: boolean): string => {
  const special = text(args, 'special_time');
  const times = ['minute', 'hour', 'day', 'month', 'weekday'].map((name) => text(args, name) ?? '*');
  if (special !== undefined && times.some((each) => each !== '*'))
    throw new ModuleFailure('You must specify time and date fields or special time.');
  const when = special === undefined ? times.join(' ') : `@${special}`;
  return `${flag(args, 'disabled') ? '#' : ''}${when} ${withUser ? `${needed(args, 'user')} ` : ''}${job.replace(/\n$/, '')}`;
};

const jobIn = (crontab: string, name: string): string | null => {
  const lines = crontab.split('\n');
  const at = lines.indexOf(`#Ansible: ${name}`);
  if (at >= 0) return lines[at + 1] ?? null;
  return lines.find((line) => line.startsWith(`${name}=`)) ?? null;
};

const resultOf = (wanted: Wanted, crontab: string, changed: boolean): Result =>
  result({
    changed,
    jobs: jobNames(crontab),
    envs: variableNames(crontab),
    cron_file: wanted.file,
    state: wanted.absent && wanted.file !== undefined && crontab.trim() === '' ? 'absent' : undefined,
  });
