import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Script } from '../../transport/transport.ts';
import { home, remotePath } from '../shell/path.ts';
import { kbSection, parseSections, type Section, sectionOf } from '../shell/sections.ts';
import type { AptWanted } from './apt-wanted.ts';
import { debLook, debNamed, isFetched } from './deb-file.ts';
import { compareDebianVersions } from './debian-version.ts';
import { globSource, isGlob, matchesGlob, type PackageSpec } from './package-spec.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
  /** dpkg's word: `installed`, `config-files`, `half-configured` … */
  readonly status: string;
}

export interface AptFound {
  /** What dpkg knows of the wanted names and patterns. */
  readonly packages: readonly InstalledPackage[];
  /** Virtual packages that installed ones provide. */
  readonly provided: ReadonlySet<string>;
  /** Names that a wanted pattern matches among all that can be had. */
  readonly available: readonly string[];
  /** What apt would do, where it was asked: `Inst`, `Remv` lines; or why it would not. */
  readonly simulation: Simulation | undefined;
  /** The file that `deb` names: its path with nothing left to expand, and what dpkg says of it. */
  readonly deb: { readonly path: string; readonly fields: Section };
  /** When the lists were read last and what time it is, both in seconds since 1970 by the host's clock. */
  readonly listsTime: number;
  readonly now: number;
}

export interface Simulation {
  readonly code: number;
  readonly output: string;
  readonly installs: readonly { readonly name: string; readonly before: string | null; readonly after: string }[];
  readonly removes: readonly { readonly name: string; readonly before: string }[];
}

/** apt writes its caches as root even when it only answers; these options make it build them in memory. */
export const readOnlyApt = ['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache='] as const;

/** While it builds them apt splits signed lists into scratch files, for which /tmp is no place. */
export const aptLookEnvironment = { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', TMPDIR: '/dev/shm' };

const dpkgFormat = '${Package}\\t${Architecture}\\t${Version}\\t${db:Status-Status}\\n';

export const aptLook = (wanted: AptWanted, checkMode: boolean): Script => {
  const names = wanted.packages.map((spec) => spec.name);
  const globs = names.filter(isGlob);
  return {
    functions: [kbSection, home],
    environment: aptLookEnvironment,
    text: joinShell([
      sh`kb_section now date +%s`,
      sh`kb_section lists sh -c ${'stat -c %Y /var/lib/apt/periodic/update-success-stamp 2>/dev/null || stat -c %Y /var/lib/apt/lists'}`,
      names.length === 0
        ? sh`:`
        : sh`kb_dpkg=$(dpkg-query -W -f ${dpkgFormat} -- ${names} 2>/dev/null); kb_all=$?
kb_section dpkg printf '%s\n' "$kb_dpkg"
[ $kb_all = 0 ] && printf '%s\n' "$kb_dpkg" | grep -qv ${'\tinstalled$'} && kb_all=1
[ $kb_all = 0 ] || kb_section provides sh -c ${"dpkg-query -W -f '${db:Status-Status} ${Provides}\\n' | sed -n 's/^installed \\(..*\\)/\\1/p'"}`,
      globs.length === 0 || wanted.state === 'absent'
        ? sh`:`
        : sh`kb_section available sh -c ${'p=$1; shift; apt-cache "$@" pkgnames | grep -E -e "$p"'} sh ${globs.map(globSource).join('|')} ${readOnlyApt}`,
      wanted.deb === undefined ? sh`:` : fileLook(isFetched(wanted.deb) ? wanted.deb : remotePath(wanted.deb)),
      simulationLook(wanted, checkMode),
    ]),
  };
};

/** What a package's file says and what is installed of it; of one that has yet to be fetched, by its URL's name. */
export const fileLook = (file: ShellText | string): ShellText =>
  joinShell([
    typeof file === 'string' ? sh`kb_name=${debNamed(file)?.name ?? ''}` : debLook(file),
    sh`[ -z "$kb_name" ] || kb_section dpkg dpkg-query -W -f ${dpkgFormat} -- "$kb_name"`,
  ]);

/**
 * Asking apt takes a second, so it is asked only where dpkg's answer is not enough: for the newest version, for a whole
 * upgrade, and, when nothing is going to be applied, for what an installation would bring along.
 */
const simulationLook = (wanted: AptWanted, checkMode: boolean): ShellText => {
  const arguments_ = simulated(wanted);
  if (arguments_ === undefined) return sh`:`;
  const run = sh`kb_section simulation apt-get -s ${readOnlyApt} ${wanted.flags} ${arguments_}`;
  if (wanted.upgrade !== 'no' || wanted.packages.length === 0 || wanted.state === 'latest') return run;
  if (wanted.state === 'build-dep' || wanted.state === 'fixed') return run;
  if (!checkMode) return sh`:`;
  if (wanted.state === 'absent') return sh`case $kb_dpkg in *installed*|*config-files*) ${run} ;; esac`;
  return wanted.packages.some((spec) => spec.version !== undefined || isGlob(spec.name))
    ? run
    : sh`[ $kb_all = 0 ] || ${run}`;
};

const simulated = (wanted: AptWanted): string[] | undefined => {
  if (wanted.upgrade === 'safe') return ['upgrade', '--with-new-pkgs'];
  if (wanted.upgrade === 'full') return ['dist-upgrade'];
  if (wanted.deb !== undefined) return undefined;
  const purge = wanted.purge ? ['--purge'] : [];
  if (wanted.packages.length > 0) {
    const words = wanted.packages.map(aptWord);
    if (wanted.state === 'absent') return [...purge, 'remove', ...wanted.packages.map((spec) => spec.name)];
    return wanted.state === 'build-dep' ? ['build-dep', ...words] : ['install', ...words];
  }
  if (wanted.state === 'fixed') return ['install', '-f'];
  return wanted.autoremove ? [...purge, 'autoremove'] : undefined;
};

/** A package as `apt-get install` takes it: only `=` has a form there. */
export const aptWord = (spec: PackageSpec): string =>
  spec.operator === '=' ? spec.text.replace(/\s+/g, '') : spec.name;

export const parseAptLook = (stdout: Uint8Array): AptFound => {
  const sections = parseSections(stdout);
  const simulation = sections.get('simulation');
  return {
    packages: parsePackages(sectionOf(sections, 'dpkg').text),
    provided: new Set(
      sectionOf(sections, 'provides')
        .text.split(/[\n,]/)
        .map((item) => item.trim().replace(/[\s(:].*$/s, '')),
    ),
    available: sectionOf(sections, 'available')
      .text.split('\n')
      .filter((name) => name !== ''),
    deb: { path: sectionOf(sections, 'path').text, fields: sectionOf(sections, 'deb') },
    simulation: simulation && parseSimulation(simulation),
    listsTime: Number(sectionOf(sections, 'lists').text) || 0,
    now: Number(sectionOf(sections, 'now').text) || 0,
  };
};

export const parseSimulation = ({ code, text }: Section): Simulation => ({
  code,
  output: text,
  installs: [...text.matchAll(/^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+)/gm)].map((match) => ({
    name: match[1] as string,
    before: match[2] ?? null,
    after: match[3] as string,
  })),
  removes: [...text.matchAll(/^(?:Remv|Purg) (\S+) \[([^\]]*)\]/gm)].map((match) => ({
    name: match[1] as string,
    before: match[2] as string,
  })),
});

/** The installed packages that a spec names: by name, pattern, architecture and version. */
export const installedFor = (spec: PackageSpec, found: AptFound): InstalledPackage[] =>
  found.packages.filter((pack) => isNamed(spec, pack) && pack.status === 'installed' && hasVersion(spec, pack.version));

export const isNamed = (spec: PackageSpec, pack: InstalledPackage): boolean => {
  const [name, architecture] = spec.name.split(':') as [string, string | undefined];
  if (architecture !== undefined && architecture !== pack.architecture && !/^(any|native)$/.test(architecture))
    return false;
  return isGlob(name) ? matchesGlob(name, pack.name) : name === pack.name;
};

const hasVersion = (spec: PackageSpec, version: string): boolean => {
  if (spec.version === undefined) return true;
  if (spec.operator === '>=') return compareDebianVersions(version, spec.version) >= 0;
  return isGlob(spec.version) ? matchesGlob(spec.version, version) : version === spec.version;
};

const parsePackages = (text: string): InstalledPackage[] =>
  text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length === 4)
    .map(([name, architecture, version, status]) => ({ name, architecture, version, status }) as InstalledPackage);
