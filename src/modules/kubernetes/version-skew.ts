import { compare, parse, type SemVer } from 'semver';

/** What runs on one host; every version as `v1.36.3`. */
export interface RunningVersions {
  /** Of the kubelet, and of the one it was to replace where that was cut off. */
  readonly kubelets: readonly string[];
  /** Of this host's API server: what its manifest says, and what answers. */
  readonly apiServers: readonly string[];
  /** Of an API server that this host reaches, whoever runs it. */
  readonly reached: readonly string[];
}

/**
 * Why a host must not get the wanted version, in words that follow the host's name; empty where it may. One minor at a time
 * and never back, for the API server; a kubelet is at most three minors older than it, and never newer.
 * Source: Kubernetes' version skew policy.
 *
 * `apiServersStay`: this run leaves the API servers as they are (`--limit`), so a kubelet must not overtake them.
 */
export const skewProblems = (wanted: string, running: RunningVersions, apiServersStay: boolean): string[] => {
  const target = parse(wanted);
  if (!target) return [];
  const [kubelets, own, reached] = [running.kubelets, running.apiServers, running.reached].map(parsed);
  const problems = [...backwards('kubelet', kubelets, target), ...backwards('kube-apiserver', own, target)];
  const [oldest] = own ?? [];
  if (oldest && minors(oldest, target) > 1)
    problems.push(
      `runs kube-apiserver v${oldest}, which can't become v${target} at once: Kubernetes allows one minor at a time, so a v${oldest.major}.${oldest.minor + 1} comes first`,
    );
  const [oldestKubelet] = kubelets ?? [];
  if (oldestKubelet && minors(oldestKubelet, target) > 3)
    problems.push(
      `runs kubelet v${oldestKubelet}, which no API server of v${target} works with: at most three minors lie between them`,
    );
  const [oldestServer] = [...(own ?? []), ...(reached ?? [])].sort(compare);
  const newestKubelet = kubelets?.at(-1);
  if (oldestServer && newestKubelet && minors(oldestServer, newestKubelet) > 0)
    problems.push(
      `runs kubelet v${newestKubelet}, which is newer than the API server's v${oldestServer}: Kubernetes does not allow that, so upgrade the API server first, or put the older kubelet back`,
    );
  if (apiServersStay && oldestServer && minors(oldestServer, target) > 0)
    problems.push(
      `would get kubelet v${target} while API servers that this run leaves alone are at v${oldestServer}: run without --limit, or with all masters in it`,
    );
  return problems;
};

const parsed = (versions: readonly string[]): SemVer[] =>
  versions.flatMap((version) => parse(version) ?? []).sort(compare);

const backwards = (component: string, versions: readonly SemVer[] | undefined, target: SemVer): string[] => {
  const newest = versions?.at(-1);
  return newest && compare(target, newest) < 0
    ? [`runs ${component} v${newest}, and Kubernetes can't go back to v${target}`]
    : [];
};

/** How many minors `to` is ahead of `from`; another major counts as too many. */
const minors = (from: SemVer, to: SemVer): number =>
  from.major === to.major ? to.minor - from.minor : (to.major - from.major) * 100;
