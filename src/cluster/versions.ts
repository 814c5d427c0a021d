import { parse, type SemVer } from 'semver';

/** The versions of the components that go with one minor of Kubernetes; read from roles/cluster/vars/main.yml. */
export interface ComponentVersions {
  readonly etcd: string;
  readonly flannel: string;
  readonly coredns: string;
  readonly pause: string;
  readonly cri_dockerd: string;
  /** The patch releases that the project's tests ran. */
  readonly proven: readonly string[];
}

/** By minor: `1.36`. */
export type VersionTable = ReadonlyMap<string, ComponentVersions>;

/** `v1.36.3` or `1.36.3`; undefined for anything else. */
export const parseVersion = (text: string): SemVer | undefined => parse(text.replace(/^v/, '')) ?? undefined;

export const minorOf = (version: SemVer): string => `${version.major}.${version.minor}`;

/** Why the version of Docker on a host can't be used, or undefined. `text` is what `docker version` prints. */
export const refuseDocker = (text: string): string | undefined => {
  // Read by hand: Docker's `19.03` has a leading zero, which semantic versions do not allow.
  const [major, minor] = /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  if (major === undefined || minor === undefined) return `the version of Docker can't be read from "${text}"`;
  if (major < 20 || (major === 20 && minor < 10)) return `Docker ${text} is too old: 20.10 or newer is needed`;
  return undefined;
};

export const isProven = (version: SemVer, table: VersionTable): boolean =>
  table.get(minorOf(version))?.proven.includes(version.version) ?? false;
