import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { fromPlain } from '../coerce.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { dict, flag, needed, result, text } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { askEngine, engine, imagePaths, readInspected } from './engine-api.ts';

interface Wanted {
  readonly reference: string;
  readonly source: string;
  readonly state: string;
  readonly force: boolean;
  readonly loadPath: string | undefined;
  readonly buildPath: string | undefined;
  readonly dockerfile: string | undefined;
  readonly platform: string | undefined;
  readonly repository: string | undefined;
  readonly push: boolean;
  readonly archivePath: string | undefined;
}

interface Found {
  readonly hasDocker: boolean;
  /** `docker image inspect`'s object; null where the host has no such image. */
  readonly image: unknown;
}

/** An image on a host, as `community.docker.docker_image` describes one: pulled, loaded from a file, built, tagged, removed. */
export const docker_image = defineModule<Wanted, Found>({
  name: 'docker_image',
  aliases: ['community.docker.docker_image'],
  summary: 'Manage Docker images',
  options: {
    name: { type: 'str', required: true, description: 'The image, with its tag or digest.' },
    tag: { type: 'str', default: 'latest', description: 'The tag, where name has none.' },
    source: {
      type: 'str',
      choices: ['pull', 'load', 'build', 'local'],
      description: 'Where the image comes from when the host has none.',
    },
    state: { type: 'str', default: 'present', choices: ['present', 'absent'], description: 'What it should be.' },
    force_source: { type: 'bool', default: false, description: 'Pull, load or build it even where the host has it.' },
    force_absent: { type: 'bool', default: false, description: 'Remove it though a container uses it.' },
    load_path: { type: 'path', description: 'The archive on the host to load.' },
    archive_path: { type: 'path', description: 'Write the image to this archive on the host.' },
    build: {
      type: 'dict',
      description: 'How to build it.',
      options: {
        path: { type: 'path', required: true, description: 'The folder on the host to build from.' },
        dockerfile: { type: 'str', description: 'The Dockerfile in it.' },
        platform: { type: 'str', description: 'The platform to build for.' },
      },
    },
    pull: {
      type: 'dict',
      description: 'How to pull it.',
      options: { platform: { type: 'str', description: 'The platform to pull.' } },
    },
    repository: { type: 'str', description: 'A further name for the image.' },
    push: { type: 'bool', default: false, description: 'Push it, under repository where that is given.' },
  },
  constraints: {
    requiredIf: [
      ['source', 'load', ['load_path']],
      ['source', 'build', ['build']],
    ],
  },

  prepare: (args) => {
    const name = needed(args, 'name');
    const build = dict(args, 'build');
    return {
      reference: /@|:[^/]+$/.test(name) ? name : `${name}:${text(args, 'tag') ?? 'latest'}`,
      source: text(args, 'source') ?? 'local',
      state: text(args, 'state') ?? 'present',
      force: flag(args, 'force_source') || flag(args, 'force_absent'),
      loadPath: text(args, 'load_path'),
      buildPath: text(build as never, 'path'),
      dockerfile: text(build as never, 'dockerfile'),
      platform: text(dict(args, 'pull') as never, 'platform') ?? text(build as never, 'platform'),
      repository: text(args, 'repository'),
      push: flag(args, 'push'),
      archivePath: text(args, 'archive_path'),
    };
  },

  look: ({ reference }) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine(...imagePaths([reference]))],
      text: sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
kb_out=$(kb_engine ${imagePaths([reference])}) || kb_out=$(docker image inspect ${reference} 2>&1)
printf 'content=%s' "$kb_out"`,
    },
    parse: (reply) => {
      const records = readRecords(reply);
      return { hasDocker: records.fields.get('docker') !== 'absent', image: readInspected(records.content)[0] ?? null };
    },
  }),

  plan: (wanted, found, { checkMode }) => {
    const { image = null, hasDocker = true } = found ?? {};
    if (!hasDocker && !checkMode) throw new ModuleFailure('Docker is not installed on this host');
    const after = wanted.source === 'pull' ? 'pulled' : wanted.source === 'load' ? 'loaded' : 'built';
    const what = `image ${wanted.reference}`;
    const changes =
      wanted.state === 'absent'
        ? image
          ? [{ what, before: 'present', after: null }]
          : []
        : image && !wanted.force && !wanted.push && !wanted.archivePath
          ? []
          : [{ what, before: image ? 'present' : null, after: image && !wanted.force ? 'written out' : after }];
    if (changes.length > 0 && wanted.state === 'present' && !image && wanted.source === 'local') {
      throw new ModuleFailure(`Cannot find the image ${wanted.reference} locally.`);
    }
    return planned(changes, { image: image ? fromPlain(image) : fromPlain({}), actions: [] });
  },

  apply: (wanted, found) => ({
    script: {
      functions: [put, fail],
      text: joinShell([
        sh`kb_image=${wanted.reference}`,
        ...steps(wanted, Boolean(found?.image)),
        sh`printf 'content=%s' "$(docker image inspect "$kb_image" 2>/dev/null || echo null)"`,
      ]),
    },
    finish: (reply) => {
      const [image] = (JSON.parse(decode(readRecords(reply).content ?? Buffer.from('null'))) as unknown[] | null) ?? [];
      return result({
        changed: true,
        image: fromPlain(image ?? {}),
        actions: [`${wanted.source} ${wanted.reference}`],
      });
    },
  }),
});

const steps = (wanted: Wanted, present: boolean) => {
  const platform = wanted.platform ? ['--platform', wanted.platform] : [];
  if (wanted.state === 'absent') {
    return [
      sh`kb_err=$(docker image rm ${wanted.force ? ['--force'] : []} "$kb_image" 2>&1) || kb_fail "removing $kb_image failed: $kb_err"`,
    ];
  }
  const fetch = {
    pull: sh`kb_err=$(docker pull --quiet ${platform} "$kb_image" 2>&1) || kb_fail "pulling $kb_image failed: $kb_err"`,
    load: sh`kb_err=$(docker load --quiet --input ${wanted.loadPath ?? ''} 2>&1) || kb_fail "loading $kb_image failed: $kb_err"`,
    build: sh`kb_err=$(docker build ${platform} ${wanted.dockerfile ? ['--file', `${wanted.buildPath}/${wanted.dockerfile}`] : []} --tag "$kb_image" ${wanted.buildPath ?? ''} 2>&1) || kb_fail "building $kb_image failed: $kb_err"`,
    local: sh`:`,
  }[wanted.source];
  const target = wanted.repository ?? wanted.reference;
  return [
    ...(fetch && (!present || wanted.force) ? [fetch] : []),
    ...(wanted.repository ? [sh`docker tag "$kb_image" ${target} || exit 1`] : []),
    ...(wanted.push
      ? [sh`kb_err=$(docker push --quiet ${target} 2>&1) || kb_fail ${`pushing ${target} failed: `}"$kb_err"`]
      : []),
    ...(wanted.archivePath
      ? [sh`kb_err=$(docker save --output ${wanted.archivePath} "$kb_image" 2>&1) || kb_fail "$kb_err"`]
      : []),
  ];
};
