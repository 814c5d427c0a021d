import { dirname } from 'node:path/posix';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';
import { accountLines, type PasswdLine, parsePasswd } from './account-files.ts';
import { editKeys, type KeysWanted, parseKey } from './authorized-keys.ts';

interface Wanted extends KeysWanted {
  readonly user: string;
  readonly given: string;
  readonly path: string | undefined;
  readonly managesDirectory: boolean;
}

interface Found {
  readonly passwd: PasswdLine | undefined;
  readonly content: string;
}

/** Keys that let in. Behaviour and return values after the documentation of ansible.posix.authorized_key. */
export const authorized_key = defineModule<Wanted, Found>({
  name: 'authorized_key',
  aliases: ['ansible.posix.authorized_key'],
  summary: "Keeps public keys in a user's authorized_keys",
  options: {
    user: { description: 'The user who logs in.', type: 'str', required: true },
    key: { description: 'Public keys, one a line.', type: 'str', required: true },
    path: { description: 'The file, where it is not ~/.ssh/authorized_keys.', type: 'path' },
    manage_dir: { description: 'Makes its directory, with the right owner and mode.', type: 'bool', default: true },
    state: {
      description: 'Whether the keys are there.',
      type: 'str',
      choices: ['absent', 'present'],
      default: 'present',
    },
    key_options: { description: "The keys' options.", type: 'str' },
    exclusive: { description: 'Removes every other key.', type: 'bool', default: false },
    comment: { description: "The keys' comment.", type: 'str' },
    follow: { description: 'Accepted; links are followed.', type: 'bool', default: false },
    validate_certs: { description: 'Accepted; keys are not fetched from URLs here.', type: 'bool', default: true },
  },
  prepare: (args) => {
    const given = needed(args, 'key');
    if (/^https?:\/\//.test(given))
      throw new ModuleFailure(
        `key: ${given} is a URL; fetch it with the url lookup: key: "{{ lookup('url', '${given}') }}"`,
      );
    const lines = given.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
    const keys = lines.map((line) => {
      const key = parseKey(line);
      if (key === undefined) throw new ModuleFailure(`invalid key specified: ${line}`);
      return key;
    });
    return {
      user: needed(args, 'user'),
      given,
      keys,
      path: text(args, 'path'),
      managesDirectory: args.get('manage_dir') !== false,
      absent: text(args, 'state') === 'absent',
      exclusive: flag(args, 'exclusive'),
      options: text(args, 'key_options'),
      comment: text(args, 'comment'),
    };
  },
  look: (wanted) => ({
    script: {
      functions: [kbSection, accountLines],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`kb_section passwd kb_entry passwd ${wanted.user}`,
        wanted.path === undefined
          ? sh`kb_file=$(kb_entry passwd ${wanted.user} | cut -d: -f6)/.ssh/authorized_keys`
          : sh`kb_file=${wanted.path}`,
        sh`[ ! -e "$kb_file" ] || kb_section keys cat -- "$kb_file"`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      return {
        passwd: parsePasswd(sectionOf(sections, 'passwd').text.split('\n')[0] ?? ''),
        content: sectionOf(sections, 'keys').text,
      };
    },
  }),
  plan: (wanted, found) => {
    const { content } = found as Found;
    const file = fileOf(wanted, found as Found);
    const after = editKeys(content, wanted);
    const changed = after !== content;
    return {
      outcome: changed ? 'change' : 'nothing',
      changes: changed ? [{ what: file, before: countOf(content), after: countOf(after) }] : [],
      result: resultOf(wanted, file, changed),
      ...(changed ? { diff: [{ before: content, after, beforeHeader: file, afterHeader: file }] } : {}),
    };
  },
  apply: (wanted, found) => {
    const there = found as Found;
    const file = fileOf(wanted, there);
    const { stdin, sizes } = contentsOf([editKeys(there.content, wanted)]);
    const owner = there.passwd && `${there.passwd.uid}:${there.passwd.gid}`;
    const folder = dirname(file);
    const makes = wanted.managesDirectory && wanted.path === undefined && owner !== undefined;
    return {
      script: {
        functions: writeFileFunctions,
        environment: { LC_ALL: 'C' },
        stdin,
        text: joinShell([
          makes
            ? sh`[ -d ${folder} ] || mkdir -m 0700 -- ${folder} || exit; chown ${owner as string} -- ${folder} && chmod 0700 -- ${folder} || exit`
            : sh`:`,
          writeFile(sh`${file}`, sizes[0] as number, '0600'),
          owner === undefined || !wanted.managesDirectory
            ? sh`:`
            : sh`chown ${owner} -- "$kb_target" && chmod 0600 -- "$kb_target"`,
        ]),
      },
      finish: (reply) => {
        if (reply.code !== 0)
          throw new ModuleFailure(/error=(.*?)\0/s.exec(decode(reply.stdout))?.[1] ?? decode(reply.stderr).trim());
        return resultOf(wanted, file, true);
      },
    };
  },
});

const fileOf = (wanted: Wanted, { passwd }: Found): string => {
  if (wanted.path !== undefined) return wanted.path;
  if (passwd === undefined)
    throw new ModuleFailure(
      `Failed to lookup user ${wanted.user}: there is no such user on the host; name the file with path`,
    );
  return `${passwd.home}/.ssh/authorized_keys`;
};

const countOf = (content: string): string => {
  const count = content.split('\n').filter((line) => parseKey(line) !== undefined).length;
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
};

const resultOf = (wanted: Wanted, file: string, changed: boolean): Result =>
  result({
    changed,
    user: wanted.user,
    key: wanted.given,
    keyfile: file,
    path: wanted.path ?? null,
    state: wanted.absent ? 'absent' : 'present',
    exclusive: wanted.exclusive,
    manage_dir: wanted.managesDirectory,
    key_options: wanted.options ?? null,
    comment: wanted.comment ?? null,
  });
