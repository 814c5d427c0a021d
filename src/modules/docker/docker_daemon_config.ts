import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { plain } from '../coerce.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { dict, needed, result, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { closeTemp, openTemp, takeContent } from '../shell/replace-file.ts';

type Settings = Readonly<Record<string, unknown>>;

interface Wanted {
  readonly path: string;
  readonly settings: Settings;
  readonly absent: readonly string[];
}

/**
 * Settings of dockerd, laid over those that `daemon.json` has already: a mapping is merged key by key, everything else that
 * a user set is kept. What the file was before it was first changed is kept beside it as `daemon.json.before-k8s-bm`.
 * The result's `changed_keys` tell a handler whether a reload is enough.
 */
export const docker_daemon_config = defineModule<Wanted, Settings>({
  name: 'docker_daemon_config',
  summary: "Merge settings into Docker's daemon.json",
  options: {
    path: { type: 'path', default: '/etc/docker/daemon.json', description: 'The file.' },
    settings: { type: 'dict', required: true, description: "Settings, as dockerd's documentation names them." },
    absent: { type: 'list', elements: 'str', description: 'Settings that must not be there.' },
  },

  prepare: (args) => ({
    path: needed(args, 'path'),
    settings: plain(dict(args, 'settings')) as Settings,
    absent: texts(args, 'absent'),
  }),

  look: ({ path }) => ({
    script: { functions: [put, fail], text: sh`printf 'content='; cat -- ${path} 2>/dev/null || :` },
    parse: (reply) => {
      const content = decode(readRecords(reply).content ?? new Uint8Array()).trim();
      if (content === '') return {};
      try {
        return JSON.parse(content) as Settings;
      } catch (cause) {
        throw new ModuleFailure(`Docker's configuration is not valid JSON: ${(cause as Error).message}`);
      }
    },
  }),

  plan: (wanted, found = {}) => {
    const after = merged(wanted, found);
    const changes = differences(found, after);
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: outcome(changes),
      diff:
        changes.length > 0
          ? [{ before: written(found), after: written(after), beforeHeader: wanted.path, afterHeader: wanted.path }]
          : [],
    };
  },

  apply: (wanted, found = {}, plan) => {
    const content = Buffer.from(written(merged(wanted, found)));
    return {
      script: {
        functions: [fail, openTemp, takeContent, closeTemp],
        stdin: content,
        text: joinShell([
          sh`kb_path=${wanted.path}`,
          sh`mkdir -p -- "$(dirname -- "$kb_path")" || exit 1`,
          sh`if [ -e "$kb_path" ] && [ ! -e "$kb_path.before-k8s-bm" ]; then cp -p -- "$kb_path" "$kb_path.before-k8s-bm" || exit 1; fi`,
          sh`kb_open "$kb_path"; kb_take ${content.length}`,
          // dockerd itself says whether it would start with this: the old file stays where it would not.
          sh`if command -v dockerd >/dev/null 2>&1; then
  kb_err=$(dockerd --validate --config-file "$kb_tmp" 2>&1) || case $kb_err in *'unknown flag'*) ;; *) kb_fail "dockerd refuses these settings: $kb_err" ;; esac
fi`,
          sh`kb_close "$kb_path" '' '' 644 0`,
        ]),
      },
      finish: (reply) => {
        readRecords(reply);
        return outcome(plan.changes);
      },
    };
  },
});

const merged = ({ settings, absent }: Wanted, found: Settings): Settings => {
  const after: Record<string, unknown> = { ...found };
  for (const [key, value] of Object.entries(settings)) {
    after[key] = isMapping(value) && isMapping(after[key]) ? { ...after[key], ...value } : value;
  }
  for (const key of absent) delete after[key];
  return after;
};

const differences = (before: Settings, after: Settings): Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => ({ what: key, before: shown(before[key]), after: shown(after[key]) }));

const outcome = (changes: readonly Change[]) =>
  result({ changed: changes.length > 0, changed_keys: changes.map(({ what }) => what) });

const shown = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
const written = (settings: Settings): string => `${JSON.stringify(settings, null, 2)}\n`;
const isMapping = (value: unknown): value is Settings =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
