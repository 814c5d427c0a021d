import { parseReference, versionOf } from '../../oci/reference.ts';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { askEngine, engine, imagePaths, readInspected } from '../docker/engine-api.ts';
import { defineModule } from '../module.ts';
import { result, text, texts } from '../read.ts';
import { put, readRecords } from '../shell/records.ts';
import { authorityIn } from './authority-file.ts';

/** A host, with a port where it has one, and what is wanted of it. */
interface Registry {
  readonly name: string;
  readonly images: readonly string[];
}

interface Wanted {
  readonly registries: readonly Registry[];
  readonly authority: string | undefined;
}

interface Answer {
  /** How curl ended. */
  readonly code: number;
  /** HTTP's code, or curl's message. */
  readonly said: string;
  /** HTTP's code for each image, in their order. */
  readonly images: readonly string[];
}

interface Found {
  /** Images that the host has. */
  readonly there: ReadonlySet<string>;
  /** By the registry's name, where it was asked. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/**
 * Whether a host can get the images that it has not got yet, asked before Docker is: whether their registries answer, their
 * certificates are trusted, and they have them. Needs curl on the host. Where Docker goes other ways than curl would (proxies,
 * mirrors, registries without TLS) or the registry wants a login or a client's certificate, Docker alone can tell, and nothing is said.
 */
export const registry_reach = defineModule<Wanted, Found>({
  name: 'registry_reach',
  summary: 'Find out whether a host can get images from their registries',
  options: {
    images: { type: 'list', elements: 'str', required: true, description: 'The images, with their tags or digests.' },
    authority_file: {
      type: 'path',
      description: "A file here with the CA certificate of the registry, where the host's own are not enough.",
    },
  },

  prepare: (args, context) => {
    const images = [...new Set(texts(args, 'images'))];
    const names = [...new Set(images.map(registryOf))];
    return {
      registries: names.map((name) => ({ name, images: images.filter((image) => registryOf(image) === name) })),
      authority: authorityIn(text(args, 'authority_file'), context),
    };
  },

  look: (wanted) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine(...imagePaths(namesOf(wanted.registries)))],
      text: lookText(wanted),
    },
    parse: (reply) => read(reply, wanted),
  }),

  plan: ({ registries }, found) => ({
    outcome: 'nothing',
    changes: [],
    result: result({ changed: false, problems: registries.flatMap((each) => problemsOf(each, found as Found)) }),
  }),
});

const registryOf = (image: string): string => parseReference(image).registry;

const lookText = ({ registries, authority }: Wanted) =>
  joinShell([
    sh`if kb_out=$(kb_engine ${imagePaths(namesOf(registries))}); then
  case $kb_out in *'"message":'*) kb_put engine "$kb_out" ;; *) exit 0 ;; esac
elif command -v docker >/dev/null 2>&1; then exit 0; fi
command -v curl >/dev/null 2>&1 || exit 0`,
    // Where Docker goes other ways.
    sh`! grep -qsE '"(proxies|registry-mirrors|insecure-registries)"' /etc/docker/daemon.json || exit 0
! grep -rqsi 'https*_proxy' /etc/default/docker /etc/systemd/system/docker.service.d || exit 0
for kb_x in $(pidof dockerd 2>/dev/null); do
  ! grep -qsaiE 'https?_proxy=' "/proc/$kb_x/environ" || exit 0
  ! grep -qsaE -e '--(insecure-registry|registry-mirror)' "/proc/$kb_x/cmdline" || exit 0
done`,
    // Docker trusts the host's authorities and those of the registry's folder.
    sh`kb_ask() {
  kb_name=$1; shift
  { printf '%s\n' ${authority ?? ''}; cat "/etc/docker/certs.d/$kb_name"/*.crt /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt 2>/dev/null; } |
    LC_ALL=C curl -q -sS --noproxy '*' --connect-timeout 5 --max-time 20 --cacert /dev/stdin "$@" 2>&1
}
kb_registry() {
  ! ls "/etc/docker/certs.d/$1"/*.cert >/dev/null 2>&1 || return
  kb_said=$(kb_ask "$1" -o /dev/null -w '%{http_code}' "$2"); kb_code=$?
  kb_put "code $1" "$kb_code"; kb_put "said $1" "$kb_said"
  [ "$kb_said" = 200 ] || return
  kb_name=$1; shift 2
  kb_put "images $kb_name" "$(kb_ask "$kb_name" --head -H ${`Accept: ${accepted}`} -w '%{http_code}\n' "$@")"
}`,
    ...registries.map(
      ({ name, images }) =>
        sh`kb_registry ${name} ${`https://${hostOf(name)}/v2/`} ${images.flatMap((image) => ['-o', '/dev/null', manifestUrl(name, image)])} </dev/null &`,
    ),
    sh`wait`,
  ]);

const namesOf = (registries: readonly Registry[]): string[] => registries.flatMap(({ images }) => images);

/** Docker Hub is asked under another name than its own. */
const hostOf = (registry: string): string => (registry === 'docker.io' ? 'registry-1.docker.io' : registry);

/** Distribution specification 1.1, "Checking if content exists in the registry". */
const manifestUrl = (registry: string, image: string): string => {
  const reference = parseReference(image);
  return `https://${hostOf(registry)}/v2/${reference.repository}/manifests/${versionOf(reference)}`;
};

const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const read = (reply: Parameters<typeof readRecords>[0], { registries }: Wanted): Found => {
  const { fields } = readRecords({ ...reply, code: 0 });
  const images = namesOf(registries);
  const known = readInspected(Buffer.from(fields.get('engine') ?? '[]'));
  const asked = registries.filter(({ name }) => fields.has(`code ${name}`));
  return {
    there: new Set(images.filter((_, i) => known[i] !== undefined)),
    answers: new Map(asked.map(({ name }) => [name, answerOf(name, fields)])),
  };
};

const answerOf = (name: string, fields: ReadonlyMap<string, string>): Answer => ({
  code: Number(fields.get(`code ${name}`)),
  // The first line of curl's message; advice and 000 for the code stand behind it.
  said: /^(?:curl: \(\d+\) )?(.*?)\.?$/m.exec(fields.get(`said ${name}`) ?? '')?.[1] ?? '',
  images: (fields.get(`images ${name}`) ?? '').split('\n'),
});

/** By curl's exit code, libcurl-errors(3): what is wrong and what to do. */
const refusals: readonly (readonly [readonly number[], (registry: string, said: string) => string])[] = [
  [
    [6],
    (registry) =>
      `can't resolve the name of the registry ${registry}: mend its DNS, or set image_registry to a registry that it can reach`,
  ],
  [
    [35, 51, 60, 77, 83],
    (registry, said) =>
      /wrong version|packet length/i.test(said)
        ? `meets no TLS at the registry ${registry}: give it a certificate, or list it under insecure-registries in the host's daemon.json`
        : `does not trust the certificate of the registry ${registry} (${said}): set image_registry_ca to the file of its CA`,
  ],
];

/** Each a sentence that the host's name stands before. */
const problemsOf = ({ name, images }: Registry, { there, answers }: Found): string[] => {
  const answer = answers.get(name);
  const missing = images.filter((image) => !there.has(image));
  if (!answer || missing.length === 0) return [];
  const { code, said } = answer;
  const refusal = refusals.find(([codes]) => codes.includes(code))?.[1];
  if (refusal) return [refusal(name, said)];
  if (code !== 0)
    return [
      `gets no answer from the registry ${name} (${said}): routes, firewalls and proxies must let it through, or set image_registry to a registry that it can reach`,
    ];
  if (said.startsWith('5'))
    return [`gets HTTP ${said} from the registry ${name}: mend the registry, or set image_registry to another one`];
  return missing
    .filter((image) => answer.images[images.indexOf(image)] === '404')
    .map(
      (image) =>
        `needs the image ${image}, which its registry has not: copy it there, or mend the version or digest that asks for it`,
    );
};
