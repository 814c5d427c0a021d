import { createHash } from 'node:crypto';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { asText } from '../coerce.ts';
import { askEngine, engine, imagePaths, readInspected } from '../docker/engine-api.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { list, needed, result, text, texts } from '../read.ts';
import { fail, parseRecords, put, readRecords } from '../shell/records.ts';
import { authorityIn } from './authority-file.ts';

interface Binary {
  readonly name: string;
  readonly url: string;
  readonly sha256: string | undefined;
  /** The binary's path inside a .tar.gz; undefined where the file is the binary. */
  readonly archived: string | undefined;
}

interface Wanted {
  readonly name: string;
  readonly base: string;
  readonly binaries: readonly Binary[];
  readonly packages: readonly string[];
  readonly authority: string | undefined;
}

interface MadeImage {
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null };
}

interface Found {
  readonly hasDocker: boolean;
  /** The label that tells what the image was made from; undefined where there is no image. */
  readonly recipe: string | undefined;
}

const recipeLabel = 'k8s-bm.recipe';

/**
 * The image that kubelet, kube-proxy and cri-dockerd run from, which nobody publishes: upstream's binaries, their checksums
 * held to upstream's, laid over a base image, and what that lacks of Debian's packages. It is made on each host, in a container of the base image, so the host needs no
 * program but Docker and nothing travels through the controller.
 */
export const node_image = defineModule<Wanted, Found>({
  name: 'node_image',
  summary: 'Make the image that the node components run from',
  options: {
    name: { type: 'str', required: true, description: 'The image to make.' },
    base: { type: 'str', required: true, description: 'The image that it is made from; on the host already.' },
    binaries: {
      type: 'list',
      elements: 'dict',
      required: true,
      description: 'The binaries to put into /usr/local/bin.',
      options: {
        name: { type: 'str', required: true, description: 'The name of the binary.' },
        url: { type: 'str', required: true, description: 'Where it is fetched from.' },
        sha256: {
          type: 'str',
          description: "The file's checksum; without it, the file beside it with .sha256 behind its name says.",
        },
        archived: { type: 'str', description: 'The path of the binary in the file, where that is a .tar.gz.' },
      },
    },
    packages: {
      type: 'list',
      elements: 'str',
      description:
        'Debian packages that the binaries call. Those that the base image lacks are installed, through the proxy that apt has on the host; one that is no Debian must have what is in them.',
    },
    authority_file: {
      type: 'path',
      description: 'A file here with the CA certificate of the server, where the base image does not know it.',
    },
  },

  prepare: (args, context) => ({
    name: needed(args, 'name'),
    base: needed(args, 'base'),
    binaries: list(args, 'binaries').map((entry) => {
      if (!(entry instanceof Map)) throw new ModuleFailure('a binary is a mapping with name and url');
      const field = (name: string) => (entry.get(name) ? asText(entry.get(name) as string) : undefined);
      return {
        name: field('name') ?? '',
        url: field('url') ?? '',
        sha256: field('sha256'),
        archived: field('archived'),
      };
    }),
    packages: texts(args, 'packages'),
    authority: authorityIn(text(args, 'authority_file'), context),
  }),

  look: ({ name }) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine(...imagePaths([name]))],
      text: sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
kb_out=$(kb_engine ${imagePaths([name])}) || kb_out=$(docker image inspect ${name} 2>&1)
printf 'content=%s' "$kb_out"`,
    },
    parse: (reply) => {
      const { fields, content } = readRecords(reply);
      const [image] = readInspected(content) as readonly [MadeImage?];
      // An image of that name that somebody else made has no recipe, which is another one.
      const recipe = image && (image.Config.Labels?.[recipeLabel] ?? '');
      return { hasDocker: fields.get('docker') !== 'absent', recipe };
    },
  }),

  plan: (wanted, found, { checkMode }) => {
    if (!found?.hasDocker && !checkMode) throw new ModuleFailure('Docker is not installed on this host');
    const what = `image ${wanted.name}`;
    const before = found?.recipe === undefined ? null : 'of another recipe';
    const changes =
      found?.recipe === recipeOf(wanted)
        ? []
        : [
            {
              what,
              before,
              after: `made from ${wanted.base} and ${wanted.binaries.map(({ name }) => name).join(', ')}`,
            },
          ];
    return planned(changes);
  },

  apply: (wanted) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(`${insideText(wanted)}\n`),
      text: joinShell([
        sh`kb_name=${`k8s-bm-make-${recipeOf(wanted)}`}`,
        sh`docker rm -f "$kb_name" >/dev/null 2>&1`,
        sh`kb_apt=$(apt-config dump 2>/dev/null | grep -iE '^Acquire::https?::Proxy ')`,
        // What runs inside says on its standard output how far it is, and what went wrong on the other.
        sh`{ kb_err=$(docker run -i --name "$kb_name" --network host -e "APT_PROXY=$kb_apt" ${wanted.base} sh 2>&1 >&3); } 3>&1 || { docker rm -f "$kb_name" >/dev/null 2>&1; kb_fail "$kb_err"; }`,
        sh`kb_put far "keeping it"`,
        sh`kb_err=$(docker commit --change ${`LABEL ${recipeLabel}=${recipeOf(wanted)}`} "$kb_name" ${wanted.name} 2>&1 >/dev/null) || kb_fail "$kb_err"`,
        sh`docker rm -f "$kb_name" >/dev/null`,
      ]),
    },
    progress: (stdout) => parseRecords(stdout).fields.get('far'),
    finish: (reply) => {
      readRecords(reply);
      return result({ changed: true });
    },
  }),
});

/** What runs inside the container: every binary is fetched, checked and only then put in its place. */
const insideText = ({ base, binaries, packages, authority }: Wanted) =>
  joinShell([
    sh`set -e; cd /usr/local/bin`,
    installText(base, packages),
    ...(authority ? [sh`printf '%s\n' ${authority} >/tmp/authority; export CURL_CA_BUNDLE=/tmp/authority`] : []),
    sh`fetch() { curl -fsSL --retry 3 --connect-timeout 10 -o "$1" -- "$2" || { echo "fetching $2 failed: this host must reach it; binaries_url names a mirror" >&2; exit 1; }; }`,
    ...binaries.map(({ name, url, sha256, archived }, at) =>
      joinShell([
        sh`printf 'far=%s\\0' ${`fetching ${name}, ${at + 1} of ${binaries.length}`}`,
        sh`fetch ${`.${name}`} ${url}`,
        sha256 ? sh`sum=${sha256}` : sh`fetch /tmp/sum ${`${url}.sha256`}; sum=$(cut -c1-64 /tmp/sum)`,
        sh`echo "$sum  "${`.${name}`} | sha256sum -c - >/dev/null || { echo ${`${url} has another checksum than it should: what lies there is damaged or not that version; mend the mirror, or binaries_sha256`} >&2; exit 1; }`,
        ...(archived ? [sh`tar -xzOf ${`.${name}`} ${archived} >/tmp/binary; mv /tmp/binary ${`.${name}`}`] : []),
        sh`chmod 0755 ${`.${name}`}; mv ${`.${name}`} ${name}`,
      ]),
    ),
    sh`rm -f /tmp/authority /tmp/sum`,
  ]).text;

/** Without recommendations, and leaving no lists behind; a base image that is no Debian is taken to have what it needs. */
const installText = (base: string, packages: readonly string[]) =>
  sh`lacking=
if command -v dpkg-query >/dev/null 2>&1; then
  there=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' ${[...packages]} 2>/dev/null || :)
  for package in ${[...packages]}; do printf '%s\\n' "$there" | grep -qx "installed $package" || lacking="$lacking $package"; done
fi
if [ -n "$lacking" ]; then
  printf 'far=%s\\0' 'installing packages'
  printf '%s\\n' "$APT_PROXY" >/etc/apt/apt.conf.d/99k8s-bm
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install $lacking; } >/tmp/apt 2>&1 || {
    tail -n 5 /tmp/apt >&2
    echo "installing$lacking over "${base}" failed: this host must reach that image's repositories, or node_base_image name one that has them" >&2
    exit 1
  }
  rm -rf /tmp/apt /etc/apt/apt.conf.d/99k8s-bm /var/lib/apt/lists/*
fi`;

const recipeOf = ({ base, binaries, packages }: Wanted): string =>
  createHash('sha256')
    .update(JSON.stringify([base, binaries, packages]))
    .digest('hex')
    .slice(0, 16);
