import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Arguments, type Change, defineModule, ModuleFailure, type Result } from '../module.ts';
import { controllerRequest } from '../network/http-controller.ts';
import { hostRequest, readReply, tellBody, tellReply } from '../network/http-host.ts';
import { messageOf } from '../network/http-reply.ts';
import { requestOf } from '../network/http-request.ts';
import { needed, result, text, texts } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';

interface Wanted {
  readonly name: string;
  readonly file: string;
  readonly absent: boolean;
  readonly mode: string;
  /** Fields in order, without Signed-By. */
  readonly fields: readonly (readonly [string, string])[];
  /** A path or fingerprint as it is, a key's own text, or the URL of a key. */
  readonly signedBy: string | undefined;
}

interface Found {
  readonly file: string | undefined;
  readonly keys: readonly string[];
}

const bool = (description: string) => ({ description, type: 'bool' }) as const;
const list = (description: string) => ({ description, type: 'list', elements: 'str' }) as const;

/** Sources of apt in deb822 form. Behaviour and return values after the documentation of ansible.builtin.deb822_repository. */
export const deb822_repository = defineModule<Wanted, Found>({
  name: 'deb822_repository',
  summary: 'Adds and removes repositories of Debian packages, with their keys',
  options: {
    name: { description: 'The name of the file and of the source.', type: 'str', required: true },
    state: { description: 'Whether it is there.', type: 'str', choices: ['absent', 'present'], default: 'present' },
    types: {
      description: 'deb, deb-src.',
      type: 'list',
      elements: 'str',
      choices: ['deb', 'deb-src'],
      default: ['deb'],
    },
    uris: list('Where it is.'),
    suites: list('Suites.'),
    components: list('Components.'),
    architectures: list('Architectures.'),
    languages: list('Languages.'),
    targets: list('Targets.'),
    signed_by: { description: 'The key: a URL, a path on the host, its text, or a fingerprint.', type: 'str' },
    enabled: bool('Whether it counts.'),
    trusted: bool('Whether it needs no signature.'),
    by_hash: bool('Whether indexes are fetched by digest.'),
    pdiffs: bool('Whether differences are fetched.'),
    check_valid_until: bool('Whether an end of validity counts.'),
    check_date: bool('Whether dates count.'),
    date_max_future: { description: 'Seconds that a date may lie ahead.', type: 'int' },
    inrelease_path: { description: 'Where InRelease lies.', type: 'str' },
    allow_insecure: bool('Allows a source that is not signed.'),
    allow_weak: bool('Allows weak digests.'),
    allow_downgrade_to_insecure: bool('Allows a source to lose its signature.'),
    mode: { description: 'The mode of its file.', type: 'raw', default: '0644' },
    install_python_debian: {
      description: 'Accepted; nothing has to be installed on hosts.',
      type: 'bool',
      default: false,
    },
  },
  prepare: (args) => {
    const name = needed(args, 'name')
      .replace(/[^a-zA-Z0-9_.-]+/g, '-')
      .toLowerCase();
    const mode = args.get('mode');
    const absent = text(args, 'state') === 'absent';
    if (!absent && (texts(args, 'uris').length === 0 || texts(args, 'suites').length === 0))
      throw new ModuleFailure('a repository that shall be there needs uris and suites');
    return {
      name,
      file: `/etc/apt/sources.list.d/${name}.sources`,
      absent,
      mode: typeof mode === 'number' ? mode.toString(8).padStart(4, '0') : (text(args, 'mode') ?? '0644'),
      fields: fieldsOf(args),
      signedBy: text(args, 'signed_by'),
    };
  },
  look: ({ file, name }) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`[ ! -e ${file} ] || kb_section file cat -- ${file}`,
        sh`for kb_file in ${keyFile(name, 'asc')} ${keyFile(name, 'gpg')}; do [ ! -e "$kb_file" ] || kb_section "$kb_file" :; done`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const file = sectionOf(sections, 'file');
      return {
        file: file.code === 0 ? file.text : undefined,
        keys: [...sections.keys()].filter((key) => key.startsWith('/')),
      };
    },
  }),
  plan: (wanted, found) => {
    const there = found as Found;
    const after = contentFor(wanted, there, undefined);
    const gone = wanted.absent ? [...(there.file === undefined ? [] : [wanted.file]), ...there.keys] : [];
    const changes: Change[] = gone.map((what) => ({ what, before: 'there', after: null }));
    if (!wanted.absent && after !== there.file) changes.push({ what: wanted.file, before: there.file ?? null, after });
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: resultOf(wanted, there, changes.length > 0, undefined),
      ...(changes.length > 0
        ? {
            diff: [
              {
                before: there.file ?? '',
                after: wanted.absent ? '' : after,
                beforeHeader: there.file === undefined ? '/dev/null' : wanted.file,
                afterHeader: wanted.absent ? '/dev/null' : wanted.file,
              },
            ],
          }
        : {}),
    };
  },
  apply: (wanted, found) => {
    if (wanted.absent)
      return run(wanted, found as Found, sh`rm -f -- ${[wanted.file, ...(found as Found).keys]}`, undefined, undefined);
    const { signedBy } = wanted;
    if (signedBy === undefined || !isUrl(signedBy)) return write(wanted, found as Found, undefined);
    return fetchKey(wanted, found as Found, signedBy);
  },
});

/** The key is fetched once; a source that names its file keeps it. */
const fetchKey = (wanted: Wanted, found: Found, url: string): Apply => {
  const request = requestOf(new Map([['url', url]]), { timeout: 30 });
  const sent = hostRequest(request);
  return {
    script: { functions: sent.functions, stdin: sent.stdin, text: joinShell([sent.text, tellReply, tellBody]) },
    finish: async (reply) => {
      const answer = readReply(request, reply) ?? (await controllerRequest(request));
      if (answer.status !== 200) throw new ModuleFailure(`the key ${url} cannot be fetched: ${messageOf(answer)}`);
      return write(wanted, found, answer.body);
    },
  };
};

const write = (wanted: Wanted, found: Found, key: Uint8Array | undefined): Apply => {
  const path = key && keyFile(wanted.name, isArmored(key) ? 'asc' : 'gpg');
  const { stdin, sizes } = contentsOf([contentFor(wanted, found, path)]);
  const text = joinShell([
    path === undefined
      ? sh`:`
      : joinShell([sh`mkdir -p -m 0755 /etc/apt/keyrings`, writeFile(sh`${path}`, (key as Uint8Array).length, '0644')]),
    writeFile(sh`${wanted.file}`, sizes[0] as number, wanted.mode),
  ]);
  return run(wanted, found, text, Buffer.concat([key ?? new Uint8Array(), stdin]), path);
};

const run = (
  wanted: Wanted,
  found: Found,
  text: ShellText,
  stdin: Uint8Array | undefined,
  key: string | undefined,
): Apply => ({
  script: { functions: writeFileFunctions, environment: { LC_ALL: 'C' }, text, stdin },
  finish: (reply) => {
    if (reply.code !== 0)
      throw new ModuleFailure(/error=(.*?)\0/s.exec(decode(reply.stdout))?.[1] ?? decode(reply.stderr).trim());
    return resultOf(wanted, found, true, key);
  },
});

const contentFor = (wanted: Wanted, found: Found, key: string | undefined): string => {
  const signed = signedField(wanted, found, key);
  const rows: (readonly [string, string])[] = [
    ...wanted.fields,
    ...(signed === undefined ? [] : [['Signed-By', signed] as const]),
  ];
  return rows
    .sort(([a], [b]) => (optionOf(a) < optionOf(b) ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
};

const signedField = ({ name, signedBy }: Wanted, found: Found, key: string | undefined): string | undefined => {
  if (signedBy === undefined) return undefined;
  if (isUrl(signedBy)) return key ?? found.keys[0] ?? keyFile(name, 'asc');
  // A key's own text: every line is indented, and empty ones hold a dot (deb822(5)).
  if (signedBy.includes('\n'))
    return `\n${signedBy
      .trim()
      .split('\n')
      .map((line) => ` ${line.trim() === '' ? '.' : line.trimEnd()}`)
      .join('\n')}`;
  return signedBy;
};

const fieldsOf = (args: Arguments): [string, string][] =>
  [...args].flatMap(([option, value]): [string, string][] => {
    if (['state', 'mode', 'signed_by', 'install_python_debian'].includes(option)) return [];
    const title = option === 'name' ? 'X-Repolib-Name' : option === 'uris' ? 'URIs' : titleOf(option);
    if (Array.isArray(value)) return value.length > 0 ? [[title, value.join(' ')]] : [];
    if (typeof value === 'boolean') return [[title, value ? 'yes' : 'no']];
    return [[title, String(value)]];
  });

/** Fields stand in the order of their options' names, as Ansible writes them, so that either finds the file as it left it. */
const optionOf = (title: string): string =>
  title === 'X-Repolib-Name' ? 'name' : title.toLowerCase().replaceAll('-', '_');

const titleOf = (option: string): string => {
  if (option === 'pdiffs') return 'PDiffs';
  if (option === 'inrelease_path') return 'InRelease-Path';
  return option
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-');
};

const resultOf = (wanted: Wanted, found: Found, changed: boolean, key: string | undefined): Result =>
  result({
    changed,
    dest: wanted.file,
    repo: wanted.absent ? null : contentFor(wanted, found, key),
    key_filename: key ?? (wanted.absent ? null : (found.keys[0] ?? null)),
  });

const isUrl = (text: string): boolean => /^(https?|ftp|file):\/\//.test(text);
const isArmored = (key: Uint8Array): boolean => decode(key.subarray(0, 200)).includes('-----BEGIN PGP');
const keyFile = (name: string, suffix: 'asc' | 'gpg'): string => `/etc/apt/keyrings/${name}.${suffix}`;
