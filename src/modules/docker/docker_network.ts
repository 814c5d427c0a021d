import { sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { asText, fromPlain } from '../coerce.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { dict, flag, list, needed, result, text } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';

interface Wanted {
  readonly name: string;
  readonly state: string;
  readonly force: boolean;
  readonly driver: string;
  readonly internal: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ranges: readonly Readonly<Record<string, string>>[];
}

interface Network {
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Config:
      | readonly { readonly Subnet?: string; readonly Gateway?: string; readonly IPRange?: string }[]
      | null;
  };
  readonly Containers: Readonly<Record<string, { readonly Name: string }>> | null;
}

/** A network of Docker's, as `community.docker.docker_network` describes one. What differs needs `force`: it is made anew. */
export const docker_network = defineModule<Wanted, Network | null>({
  name: 'docker_network',
  aliases: ['community.docker.docker_network'],
  summary: 'Manage Docker networks',
  options: {
    name: { type: 'str', required: true, aliases: ['network_name'], description: 'The name of the network.' },
    state: { type: 'str', default: 'present', choices: ['present', 'absent'], description: 'What it should be.' },
    driver: { type: 'str', default: 'bridge', description: 'Its driver.' },
    driver_options: { type: 'dict', description: 'Options of the driver.' },
    internal: { type: 'bool', default: false, description: 'Keep it from the outside.' },
    labels: { type: 'dict', description: 'Its labels.' },
    force: {
      type: 'bool',
      default: false,
      description: 'Disconnect its containers and make it anew where it differs.',
    },
    ipam_config: {
      type: 'list',
      elements: 'dict',
      description: 'Its address ranges.',
      options: {
        subnet: { type: 'str', description: 'The range, in CIDR form.' },
        iprange: { type: 'str', description: 'The part of it that containers get.' },
        gateway: { type: 'str', description: 'The gateway in it.' },
      },
    },
  },

  prepare: (args) => ({
    name: needed(args, 'name'),
    state: text(args, 'state') ?? 'present',
    force: flag(args, 'force'),
    driver: text(args, 'driver') ?? 'bridge',
    internal: flag(args, 'internal'),
    options: texts(dict(args, 'driver_options')),
    labels: texts(dict(args, 'labels')),
    ranges: list(args, 'ipam_config').map((range) => (range instanceof Map ? texts(range) : {})),
  }),

  look: ({ name }) => ({
    script: {
      functions: [put, fail],
      text: sh`kb_out=$(docker network inspect ${name} 2>&1) || case $kb_out in *'ot found'*|*[Nn]'o such '*) kb_out='[]' ;; *) kb_fail "$kb_out" ;; esac
printf 'content=%s' "$kb_out"`,
    },
    parse: (reply) => (JSON.parse(decode(readRecords(reply).content ?? Buffer.from('[]'))) as Network[])[0] ?? null,
  }),

  plan: (wanted, found) => {
    const differing = found ? differences(wanted, found) : [];
    const what = `network ${wanted.name}`;
    if (wanted.state === 'present' && differing.length > 0 && !wanted.force) {
      throw new ModuleFailure(`${what} differs in ${differing.join(', ')}, and force is not set`);
    }
    const changes: Change[] =
      wanted.state === 'absent'
        ? found
          ? [{ what, before: 'present', after: null }]
          : []
        : !found
          ? [{ what, before: null, after: wanted.driver }]
          : differing.map((field) => ({ what: `${what}: ${field}`, before: 'otherwise', after: 'as asked for' }));
    return planned(changes, { network: fromPlain(found ?? {}) });
  },

  apply: (wanted, found) => {
    const attached = Object.values(found?.Containers ?? {}).map(({ Name }) => Name);
    const flags = [
      ...['--driver', wanted.driver],
      ...(wanted.internal ? ['--internal'] : []),
      ...Object.entries(wanted.options).flatMap(([key, value]) => ['--opt', `${key}=${value}`]),
      ...Object.entries(wanted.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      ...wanted.ranges.flatMap((range) =>
        Object.entries(range).flatMap(([key, value]) => [
          { subnet: '--subnet', iprange: '--ip-range', gateway: '--gateway' }[key] ?? '',
          value,
        ]),
      ),
    ];
    return {
      script: {
        functions: [put, fail],
        text: sh`for kb_x in ${attached}; do docker network disconnect --force ${wanted.name} "$kb_x" || exit 1; done
${found ? sh`kb_err=$(docker network rm ${wanted.name} 2>&1) || kb_fail "$kb_err"` : sh`:`}
${wanted.state === 'absent' ? sh`:` : sh`kb_err=$(docker network create ${flags} ${wanted.name} 2>&1) || kb_fail "$kb_err"`}
printf 'content=%s' "$(docker network inspect ${wanted.name} 2>/dev/null || echo '[]')"`,
      },
      finish: (reply) => {
        const [network] = JSON.parse(decode(readRecords(reply).content ?? Buffer.from('[]'))) as Network[];
        return result({ changed: true, network: fromPlain(network ?? {}) });
      },
    };
  },
});

const differences = (wanted: Wanted, found: Network): string[] => {
  const ranges = wanted.ranges.every(({ subnet, gateway, iprange }) =>
    (found.IPAM.Config ?? []).some(
      (config) =>
        (!subnet || config.Subnet === subnet) &&
        (!gateway || config.Gateway === gateway) &&
        (!iprange || config.IPRange === iprange),
    ),
  );
  return [
    ...(found.Driver === wanted.driver ? [] : ['driver']),
    ...(found.Internal === wanted.internal ? [] : ['internal']),
    ...(holds(found.Options, wanted.options) ? [] : ['driver_options']),
    ...(holds(found.Labels, wanted.labels) ? [] : ['labels']),
    ...(ranges ? [] : ['ipam_config']),
  ];
};

const holds = (found: Readonly<Record<string, string>> | null, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => found?.[key] === value);

const texts = (map: ReadonlyMap<unknown, unknown>): Record<string, string> =>
  Object.fromEntries(
    [...map]
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [asText(key as never), asText(value as never)]),
  );
