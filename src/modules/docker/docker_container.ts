import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { asText, fromPlain } from '../coerce.ts';
import { defineModule, type Plan } from '../module.ts';
import { flag, needed, number, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { containerOptions } from './container-options.ts';
import {
  described,
  differences,
  type FoundContainer,
  hashOf,
  planContainer,
  policyOf,
  type WantedContainer,
} from './container-plan.ts';
import { createWords, readSpec } from './container-spec.ts';
import { askEngine, engine, enginePath, readInspected } from './engine-api.ts';
import type { Inspected } from './inspected.ts';
import { hashLabel, specLabel } from './labels.ts';
import { filesFunction, readFiles } from './mounted-files.ts';
import { finishReplacement, previousName, replaceContainer } from './replace-container.ts';

/**
 * A container, as `community.docker.docker_container` describes one, through the host's `docker` command. Its
 * description is kept in its labels, so one look tells what differs, field by field; a container that something else made is
 * compared by what `docker inspect` shows. `mounted_files`, `ready_command` and `roll_back` are this tool's own.
 */
export const docker_container = defineModule<WantedContainer, FoundContainer>({
  name: 'docker_container',
  aliases: ['community.docker.docker_container'],
  summary: 'Manage Docker containers',
  options: {
    name: { type: 'str', required: true, description: 'The name of the container.' },
    image: { type: 'str', description: 'The image it is made from; needed to make one.' },
    state: {
      type: 'str',
      default: 'started',
      choices: ['absent', 'present', 'started', 'stopped', 'healthy'],
      description: 'What it should be.',
    },
    command: { type: 'raw', description: 'Its command: a list of words, or a line that is split as a shell would.' },
    entrypoint: { type: 'list', elements: 'str', description: 'Its entry point.' },
    restart_policy: {
      type: 'str',
      default: 'no',
      choices: ['no', 'on-failure', 'always', 'unless-stopped'],
      description: 'Whether Docker starts it again when it ends.',
    },
    restart_retries: { type: 'int', description: 'How often on-failure starts it again.' },
    restart: { type: 'bool', default: false, description: 'Restart it even where nothing changed.' },
    recreate: { type: 'bool', default: false, description: 'Make it anew even where nothing changed.' },
    pull: {
      type: 'str',
      default: 'missing',
      choices: ['missing', 'always', 'never', 'yes', 'no', 'true', 'false', 'True', 'False'],
      description: 'When the image is pulled.',
    },
    mounted_files: {
      type: 'list',
      elements: 'path',
      description: 'Files that it mounts and reads only when it starts: when one changes, the container is replaced.',
    },
    ready_command: {
      type: 'str',
      description:
        'Shell text, run on the host until it succeeds: only then is the container that was there before removed.',
    },
    before_replacing: {
      type: 'str',
      description:
        'Shell text that must succeed, within ready_timeout, before a container that runs is stopped for another.',
    },
    ready_timeout: { type: 'int', default: 60, description: 'Seconds that ready_command is given.' },
    roll_back: {
      type: 'bool',
      default: true,
      description: 'Start the container that was there before when the new one does not become ready.',
    },
    ...containerOptions,
  },
  constraints: {
    requiredIf: ['present', 'started', 'stopped', 'healthy'].map((state) => ['state', state, ['image']] as const),
  },

  prepare: (args) => {
    const command = args.get('command');
    const retries = number(args, 'restart_retries');
    const policy = text(args, 'restart_policy') ?? 'no';
    return {
      name: needed(args, 'name'),
      state: text(args, 'state') ?? 'started',
      spec: readSpec(
        args,
        Array.isArray(command) ? command.map(asText) : splitWords(text(args, 'command') ?? ''),
        texts(args, 'entrypoint'),
      ),
      restartPolicy: policy === 'on-failure' && retries !== undefined ? `on-failure:${retries}` : policy,
      recreate: flag(args, 'recreate'),
      restart: flag(args, 'restart'),
      pull: pullModes[text(args, 'pull') ?? 'missing'] ?? 'missing',
      mountedFiles: texts(args, 'mounted_files'),
      ready: text(args, 'ready_command') ?? '',
      beforeReplacing: text(args, 'before_replacing') ?? '',
      readySeconds: number(args, 'ready_timeout') ?? 60,
      rollBack: flag(args, 'roll_back'),
    };
  },

  look: ({ name, spec, mountedFiles }) => ({
    script: {
      functions: [put, fail, engine, filesFunction],
      batches: [askEngine(...objectsOf(name, spec.image))],
      text: sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
kb_files ${mountedFiles}
kb_out=$(kb_engine ${objectsOf(name, spec.image)}) || kb_out=$(docker inspect ${[name, previousName(name), ...(spec.image ? [spec.image] : [])]} 2>&1)
printf 'content=%s' "$kb_out"`,
    },
    parse: (reply) => {
      const records = readRecords(reply);
      const objects = inspectedIn(records.content);
      const named = (wanted: string) =>
        objects.find((object): object is Inspected => 'State' in object && object.Name === `/${wanted}`);
      return {
        hasDocker: records.fields.get('docker') !== 'absent',
        container: named(name),
        previous: named(previousName(name)),
        imageId: objects.find((object) => !('State' in object))?.Id,
        files: readFiles(records),
      };
    },
  }),

  plan: (wanted, found, context) => planContainer(wanted, found as FoundContainer, context.checkMode),

  apply: (wanted, found, plan) => ({
    script: {
      functions: [put, fail, replaceContainer, finishReplacement],
      text: applyText(wanted, found as FoundContainer, plan),
    },
    finish: (reply) => {
      const records = readRecords(reply);
      const [container] = inspectedIn(records.content);
      return result({ changed: true, container: container ? fromPlain(container) : null });
    },
  }),
});

const objectsOf = (name: string, image: string | undefined): string[] => [
  enginePath`/containers/${name}/json`,
  enginePath`/containers/${previousName(name)}/json`,
  ...(image ? [enginePath`/images/${image}/json`] : []),
];

/** Containers, and images, which have no state. */
const inspectedIn = (content: Uint8Array | undefined): (Inspected | { readonly Id: string })[] =>
  readInspected(content).filter((object) => object !== undefined) as Inspected[];

const applyText = (wanted: WantedContainer, found: FoundContainer, plan: Plan): ShellText => {
  const { name, state, spec, restartPolicy } = wanted;
  if (state === 'absent') return sh`docker rm -f ${[name, previousName(name)]} >/dev/null 2>&1; printf 'content=[]'`;
  const settle = [wanted.ready, wanted.readySeconds, wanted.rollBack ? 1 : 0, restartPolicy] as const;
  const steps: ShellText[] = [];
  const anew =
    !found.container || wanted.recreate || differences(wanted, found.container, found.imageId, found.files).length > 0;
  if (anew) {
    if (wanted.beforeReplacing !== '' && found.container?.State.Running) steps.push(awaitLeave(wanted));
    if (wanted.pull === 'always' || (wanted.pull === 'missing' && found.imageId === undefined)) {
      steps.push(sh`kb_image=${spec.image}
kb_err=$(docker pull -q "$kb_image" 2>&1) || kb_fail "pulling $kb_image failed: $kb_err"`);
    }
    const labels = [
      '--label',
      `${hashLabel}=${hashOf(spec, found.files)}`,
      '--label',
      `${specLabel}=${JSON.stringify(described(spec, found.files))}`,
    ];
    steps.push(
      sh`kb_replace ${[name, ...settle, state === 'started' || state === 'healthy' ? 1 : 0, ...labels, ...createWords(spec)]}`,
    );
  } else if (found.previous) {
    steps.push(sh`kb_finish ${[name, ...settle]}`);
  } else {
    const [first] = plan.changes.filter(({ what }) => what === `container ${name}`);
    if (policyOf(found.container as Inspected) !== restartPolicy)
      steps.push(sh`docker update --restart ${restartPolicy} ${name} >/dev/null || exit 1`);
    const verb =
      first?.after === 'stopped'
        ? 'stop'
        : first?.after === 'restarted'
          ? 'restart'
          : first?.after === 'running'
            ? 'start'
            : undefined;
    if (verb) steps.push(sh`kb_err=$(docker ${verb} ${name} 2>&1 >/dev/null) || kb_fail "$kb_err"`);
  }
  if (state === 'healthy') steps.push(awaitHealthy(name, wanted.readySeconds));
  return joinShell([...steps, sh`printf 'content=%s' "$(docker inspect --type container ${name} 2>&1)"`]);
};

const awaitLeave = ({ name, beforeReplacing, readySeconds }: WantedContainer): ShellText =>
  sh`kb_end=$(($(date +%s) + ${readySeconds}))
until kb_err=$( (eval ${beforeReplacing}) 2>&1 </dev/null ); do
  [ "$(date +%s)" -lt "$kb_end" ] || kb_fail ${`${name} must change, and was not stopped: `}"$(printf %s "$kb_err" | tail -n 5)"
  sleep 1
done`;

const awaitHealthy = (name: string, seconds: number): ShellText => sh`kb_end=$(($(date +%s) + ${seconds}))
until [ "$(docker inspect --format '{{.State.Health.Status}}' ${name} 2>/dev/null)" = healthy ]; do
  [ "$(date +%s)" -lt "$kb_end" ] || kb_fail ${`${name} was not healthy after ${seconds} s`}
  sleep 0.3
done`;

const pullModes: Readonly<Record<string, string>> = {
  always: 'always',
  yes: 'always',
  true: 'always',
  True: 'always',
  never: 'never',
  no: 'missing',
  false: 'missing',
  False: 'missing',
};

/** A line split into words with quotes as a shell reads them, and nothing expanded. */
const splitWords = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
      (_, single, double, escaped) => single ?? escaped ?? double.replace(/\\(["\\$`])/g, '$1'),
    ),
  );
