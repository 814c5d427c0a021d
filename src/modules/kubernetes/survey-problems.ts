import { overlap, parseRange } from '../../util/ipv4.ts';

/** What the cluster will need of a host. */
export interface Expected {
  /** Ranges by the name of the setting that gives them. */
  readonly networks: Readonly<Record<string, string>>;
  readonly podNetwork: string | undefined;
  readonly ports: readonly { readonly port: number; readonly process: string; readonly container: string }[];
  readonly dockerSettings: readonly string[];
  readonly diskMb: number;
  /** Where flannel writes which subnet the host has. */
  readonly subnetFile: string;
  /** Whether nothing but the containers is asked for. */
  readonly containersOnly: boolean;
}

/** What a host is like. */
export interface Survey {
  /** Seconds since 1970, by the host's own clock. */
  readonly clock: number;
  readonly routes: readonly { readonly to: string; readonly device: string }[];
  readonly listening: readonly {
    readonly port: number;
    readonly process: string | undefined;
    readonly pid: string | undefined;
  }[];
  readonly cgroups: readonly string[];
  readonly diskFreeMb: number;
  readonly dockerdFlags: readonly string[];
  readonly dockerInstalled: boolean;
  /** Whether root's own Docker runs. */
  readonly dockerdRoot: boolean;
  /** Who runs a Docker without root's rights; undefined where nobody does. */
  readonly rootless: string | undefined;
  /** The host's part of the pod network, as `bip` has it; empty where none was chosen yet. */
  readonly subnet: string;
  readonly dockerVersion: string | undefined;
  /** Containers and static pods that this tool made, each with the hash of its description. */
  readonly made: readonly string[];
  /** Running containers that this tool made, and those that neither it nor Kubernetes made. */
  readonly containers: readonly string[];
  readonly ownContainers: readonly string[];
}

/** Everything about a host that would make a deploy fail, each as a sentence that its name stands before. */
export const problemsOf = (survey: Survey, expected: Expected): string[] => [
  ...portProblems(survey, expected),
  ...routeProblems(survey, expected),
  ...dockerProblems(survey, expected),
  ...['cpu', 'cpuset', 'memory', 'pids']
    .filter((controller) => !survey.cgroups.includes(controller))
    .map((name) => `has no cgroup controller ${name}: turn it on in the kernel's command line`),
  ...(survey.containers.length === 0 && survey.diskFreeMb < expected.diskMb
    ? [
        `has ${survey.diskFreeMb} MB free on the disk of /var/lib/docker; ${expected.diskMb} MB are needed at first: make room, or put that folder on another disk`,
      ]
    : []),
];

const portProblems = ({ listening, containers }: Survey, { ports }: Expected): string[] =>
  ports.flatMap(({ port, process, container }) => {
    const holder = listening.find((each) => each.port === port);
    if (!holder) return [];
    // The kernel keeps fifteen letters of a program's name.
    const ours = containers.includes(container) && (holder.process ?? process).slice(0, 15) === process.slice(0, 15);
    const pid = holder.pid === undefined ? '' : ` (process ${holder.pid})`;
    const who = holder.process === undefined ? 'a program that can not be told' : `${holder.process}${pid}`;
    return ours ? [] : [`has its TCP port ${port} held by ${who}; ${process} needs it: stop that program`];
  });

/** Devices whose routes into the pod network are flannel's and Docker's own. */
const flannelDevices = new Set(['docker0', 'flannel.1', 'cni0']);

const routeProblems = ({ routes, containers }: Survey, { networks, podNetwork }: Expected): string[] =>
  Object.entries(networks).flatMap(([name, text]) => {
    const network = parseRange(text);
    return routes.flatMap(({ to, device }) => {
      const route = parseRange(to.includes('/') ? to : `${to}/32`);
      if (!network || !route || !overlap(network, route)) return [];
      const ours = text === podNetwork && (flannelDevices.has(device) || containers.includes('flannel'));
      return ours ? [] : [`has a route to ${to} by ${device}, which overlaps ${name} ${text}: set another ${name}`];
    });
  });

const dockerProblems = (survey: Survey, { dockerSettings }: Expected): string[] => {
  const { dockerdFlags, dockerVersion, dockerdRoot, rootless } = survey;
  // Some settings are plural in daemon.json only: log-opts and --log-opt.
  const twice = dockerSettings.filter((key) => dockerdFlags.some((flag) => flag === key || `${flag}s` === key));
  const [major = 20, minor = 10] = dockerVersion?.split('.').map(Number) ?? [];
  return [
    ...(rootless !== undefined && !dockerdRoot
      ? [
          `has only a rootless Docker, which ${rootless || 'a user'} runs; Kubernetes needs one that root runs: start Docker's own unit, docker.service`,
        ]
      : []),
    ...twice.map(
      (key) =>
        `starts dockerd with --${key.replace(/opts$/, 'opt')}, which daemon.json will set too, and dockerd refuses both: take it out of Docker's unit`,
    ),
    ...(major < 20 || (major === 20 && minor < 10)
      ? [`runs Docker ${dockerVersion}; 20.10 or newer is needed: upgrade it, or remove it and have deploy install one`]
      : []),
  ];
};
