import type { Value } from '../../template/values.ts';
import { asText } from '../coerce.ts';
import type { Option } from '../module.ts';
import type { Inspected } from './inspected.ts';

/**
 * What describes a container: each option with the words it becomes on the command line of `docker create`, and where
 * `docker inspect` shows it, so that a container that something else made can be compared as well.
 */
export interface ContainerOption extends Option {
  /** `docker create`'s words for a value. */
  flags(value: Value): string[];
  /** Whether an inspected container has that value; options without it are told apart by the label only. */
  matches?(value: Value, inspected: Inspected): boolean;
}

const words = (value: Value): string[] => (Array.isArray(value) ? value.map(asText) : [asText(value)]);
const each = (flag: string) => (value: Value) => words(value).flatMap((word) => [flag, word]);
const pairs = (flag: string) => (value: Value) => entries(value).flatMap(([key, text]) => [flag, `${key}=${text}`]);
const when = (flag: string) => (value: Value) => (value === true ? [flag] : []);
const entries = (value: Value): [string, string][] =>
  value instanceof Map ? [...value].map(([key, entry]) => [asText(key), asText(entry)]) : [];
const subset = (wanted: readonly string[], found: readonly string[] | null): boolean =>
  wanted.every((entry) => found?.includes(entry));
const sameWord = (read: (inspected: Inspected) => string | undefined) => (value: Value, inspected: Inspected) =>
  read(inspected) === asText(value);

/** A bind without a mode and one with `rw` are the same. */
const bind = (volume: string): string => volume.replace(/:rw$/, '');

export const containerOptions = {
  network_mode: {
    type: 'str',
    description: 'Connect the container to a network: bridge, host, none, container:<name>, or a name.',
    flags: each('--network'),
    matches: sameWord(({ HostConfig }) => HostConfig.NetworkMode),
  },
  pid_mode: {
    type: 'str',
    description: 'The PID namespace: host or container:<name>.',
    flags: each('--pid'),
    matches: sameWord(({ HostConfig }) => HostConfig.PidMode),
  },
  ipc_mode: {
    type: 'str',
    description: 'The IPC namespace.',
    flags: each('--ipc'),
    matches: sameWord(({ HostConfig }) => HostConfig.IpcMode),
  },
  uts: { type: 'str', description: 'The UTS namespace.', flags: each('--uts') },
  userns_mode: { type: 'str', description: 'The user namespace.', flags: each('--userns') },
  cgroupns_mode: {
    type: 'str',
    choices: ['private', 'host'],
    description: 'The cgroup namespace.',
    flags: each('--cgroupns'),
    matches: sameWord(({ HostConfig }) => HostConfig.CgroupnsMode),
  },
  cgroup_parent: { type: 'str', description: 'The parent of its control group.', flags: each('--cgroup-parent') },
  privileged: {
    type: 'bool',
    description: 'Give it all rights on the host.',
    flags: when('--privileged'),
    matches: (value, { HostConfig }) => HostConfig.Privileged === value,
  },
  read_only: {
    type: 'bool',
    description: 'Mount its root file system read-only.',
    flags: when('--read-only'),
    matches: (value, { HostConfig }) => HostConfig.ReadonlyRootfs === value,
  },
  init: { type: 'bool', description: 'Run an init that passes on signals and reaps processes.', flags: when('--init') },
  tty: { type: 'bool', description: 'Give it a terminal.', flags: when('--tty') },
  interactive: { type: 'bool', description: 'Keep its standard input open.', flags: when('--interactive') },
  oom_killer: {
    type: 'bool',
    description: 'Whether the kernel may kill it when memory is short.',
    flags: (value) => (value === false ? ['--oom-kill-disable'] : []),
  },
  hostname: {
    type: 'str',
    description: 'Its hostname.',
    flags: each('--hostname'),
    matches: sameWord(({ Config }) => Config.Hostname),
  },
  domainname: { type: 'str', description: 'Its domain name.', flags: each('--domainname') },
  user: {
    type: 'str',
    description: 'The user that its process runs as.',
    flags: each('--user'),
    matches: sameWord(({ Config }) => Config.User),
  },
  groups: { type: 'list', elements: 'str', description: 'Further groups of its process.', flags: each('--group-add') },
  working_dir: {
    type: 'path',
    description: 'The directory that its process starts in.',
    flags: each('--workdir'),
    matches: sameWord(({ Config }) => Config.WorkingDir),
  },
  volumes: {
    type: 'list',
    elements: 'str',
    description: 'Binds and volumes, as source:target[:mode].',
    flags: each('--volume'),
    matches: (value, { HostConfig }) => subset(words(value).map(bind), (HostConfig.Binds ?? []).map(bind)),
  },
  volumes_from: {
    type: 'list',
    elements: 'str',
    description: 'Containers whose volumes it shares.',
    flags: each('--volumes-from'),
  },
  tmpfs: { type: 'list', elements: 'str', description: 'Directories in memory.', flags: each('--tmpfs') },
  devices: {
    type: 'list',
    elements: 'str',
    description: "The host's devices that it may use.",
    flags: each('--device'),
  },
  env: {
    type: 'dict',
    description: 'Its environment.',
    flags: pairs('--env'),
    matches: (value, { Config }) =>
      subset(
        entries(value).map(([key, text]) => `${key}=${text}`),
        Config.Env,
      ),
  },
  env_file: { type: 'path', description: 'A file on the host with its environment.', flags: each('--env-file') },
  labels: {
    type: 'dict',
    description: 'Its labels.',
    flags: pairs('--label'),
    matches: (value, { Config }) => entries(value).every(([key, text]) => Config.Labels?.[key] === text),
  },
  capabilities: {
    type: 'list',
    elements: 'str',
    aliases: ['cap_add'],
    description: 'Rights to add.',
    flags: each('--cap-add'),
    matches: (value, { HostConfig }) => subset(words(value), HostConfig.CapAdd),
  },
  cap_drop: {
    type: 'list',
    elements: 'str',
    description: 'Rights to take away.',
    flags: each('--cap-drop'),
    matches: (value, { HostConfig }) => subset(words(value), HostConfig.CapDrop),
  },
  security_opts: {
    type: 'list',
    elements: 'str',
    description: 'Security options such as seccomp=unconfined.',
    flags: each('--security-opt'),
  },
  sysctls: { type: 'dict', description: 'Kernel parameters of its namespaces.', flags: pairs('--sysctl') },
  ulimits: {
    type: 'list',
    elements: 'str',
    description: 'Limits such as nofile:65536:65536.',
    flags: (value) => words(value).flatMap((limit) => ['--ulimit', limit.replace(':', '=')]),
  },
  published_ports: {
    type: 'list',
    elements: 'str',
    aliases: ['ports'],
    description: 'Ports to publish, as [address:]port:port.',
    flags: each('--publish'),
  },
  exposed_ports: {
    type: 'list',
    elements: 'str',
    aliases: ['expose', 'exposed'],
    description: 'Ports to expose.',
    flags: each('--expose'),
  },
  dns_servers: { type: 'list', elements: 'str', description: 'Its name servers.', flags: each('--dns') },
  dns_search_domains: {
    type: 'list',
    elements: 'str',
    description: 'Its search domains.',
    flags: each('--dns-search'),
  },
  dns_opts: { type: 'list', elements: 'str', description: 'Options of its resolver.', flags: each('--dns-option') },
  etc_hosts: {
    type: 'dict',
    description: 'Names and addresses for its /etc/hosts.',
    flags: (value) => entries(value).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
  },
  mac_address: { type: 'str', description: 'Its MAC address.', flags: each('--mac-address') },
  memory: { type: 'str', description: 'Its limit of memory, such as 512M.', flags: each('--memory') },
  memory_reservation: { type: 'str', description: 'Its soft limit of memory.', flags: each('--memory-reservation') },
  memory_swap: { type: 'str', description: 'Its limit of memory and swap.', flags: each('--memory-swap') },
  shm_size: { type: 'str', description: 'The size of /dev/shm.', flags: each('--shm-size') },
  cpus: { type: 'float', description: 'How many processors it may use.', flags: each('--cpus') },
  cpu_shares: { type: 'int', description: 'Its share of processor time.', flags: each('--cpu-shares') },
  cpuset_cpus: { type: 'str', description: 'Which processors it may use.', flags: each('--cpuset-cpus') },
  pids_limit: { type: 'int', description: 'How many processes it may have.', flags: each('--pids-limit') },
  oom_score_adj: {
    type: 'int',
    description: 'How readily the kernel kills it when memory is short.',
    flags: each('--oom-score-adj'),
  },
  runtime: { type: 'str', description: 'The OCI runtime.', flags: each('--runtime') },
  log_driver: { type: 'str', description: 'The log driver.', flags: each('--log-driver') },
  log_options: {
    type: 'dict',
    aliases: ['log_opt'],
    description: 'Options of the log driver.',
    flags: pairs('--log-opt'),
  },
  stop_signal: { type: 'str', description: 'The signal that stops it.', flags: each('--stop-signal') },
  stop_timeout: { type: 'int', description: 'Seconds that it is given to stop.', flags: each('--stop-timeout') },
} as const satisfies Readonly<Record<string, ContainerOption>>;
