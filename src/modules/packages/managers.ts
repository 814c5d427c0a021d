import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { OptionTable } from '../module.ts';

/** A package manager other than apt: how it is asked what is installed, and how it installs and removes. */
export interface Manager {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly options: OptionTable;
  /** A command that succeeds when the package in `$1` is installed; reads only. */
  readonly isInstalled: ShellText;
  install(names: readonly string[], flags: ManagerFlags): ShellText;
  /** Installs what is missing and upgrades what is old; all packages where no names are given. */
  upgrade(names: readonly string[], flags: ManagerFlags): ShellText;
  remove(names: readonly string[], flags: ManagerFlags): ShellText;
  readonly refresh: ShellText;
  /** Output that says that nothing was done. */
  readonly idle: RegExp;
  /** Arguments beyond the common ones, as words of its command line. */
  words(flag: (name: string) => boolean, texts: (name: string) => string[]): string[];
}

export interface ManagerFlags {
  readonly words: readonly string[];
  readonly autoremove: boolean;
}

const bool = (description: string) => ({ description, type: 'bool', default: false }) as const;
const list = (description: string) => ({ description, type: 'list', elements: 'str' }) as const;

/** The options that every package manager's module has. */
export const commonOptions: OptionTable = {
  name: { description: 'Packages.', type: 'list', elements: 'str', aliases: ['pkg', 'package'] },
  state: {
    description: 'What shall be true of them.',
    type: 'str',
    choices: ['absent', 'installed', 'latest', 'present', 'removed'],
    default: 'present',
  },
  update_cache: { ...bool("Reads the repositories' lists first."), aliases: ['update-cache', 'expire-cache'] },
};

const dnfOptions: OptionTable = {
  autoremove: bool('Removes packages that nothing needs any more.'),
  enablerepo: list('Repositories that count for this task.'),
  disablerepo: list('Repositories that do not.'),
  exclude: list('Packages that are left alone.'),
  enable_plugin: list('Plugins that count.'),
  disable_plugin: list('Plugins that do not.'),
  disable_gpg_check: bool('Allows unsigned packages.'),
  disable_excludes: { description: 'Whose excludes do not count.', type: 'str' },
  allow_downgrade: bool('Allows an older version than is installed.'),
  allowerasing: bool('Removes packages that are in the way.'),
  nobest: bool('Takes what can be had instead of the best.'),
  best: { description: 'Takes the best or fails.', type: 'bool' },
  bugfix: bool('Only upgrades that mend bugs.'),
  security: bool('Only upgrades that mend security.'),
  skip_broken: bool('Leaves out what cannot be installed.'),
  cacheonly: bool('Reads no lists.'),
  update_only: bool('Upgrades only what is installed.'),
  install_weak_deps: { description: 'Whether recommended packages come along.', type: 'bool', default: true },
  installroot: { description: 'Another root.', type: 'str', default: '/' },
  releasever: { description: 'Another release.', type: 'str' },
  lock_timeout: { description: 'Accepted; dnf waits for its lock.', type: 'int', default: 30 },
  validate_certs: { description: 'Accepted.', type: 'bool', default: true },
  sslverify: { description: 'Whether certificates are checked.', type: 'bool', default: true },
  use_backend: { description: 'Accepted.', type: 'str' },
};

const rpmInstalled = sh`rpm -q --quiet --whatprovides "$1" 2>/dev/null || rpm -q --quiet "$1"`;

const dnfWords: Manager['words'] = (flag, texts) => [
  ...texts('enablerepo').map((repo) => `--enablerepo=${repo}`),
  ...texts('disablerepo').map((repo) => `--disablerepo=${repo}`),
  ...texts('exclude').map((name) => `--exclude=${name}`),
  ...texts('enable_plugin').map((name) => `--enableplugin=${name}`),
  ...texts('disable_plugin').map((name) => `--disableplugin=${name}`),
  ...texts('disable_excludes').map((name) => `--disableexcludes=${name}`),
  ...texts('releasever').map((release) => `--releasever=${release}`),
  ...texts('installroot')
    .filter((root) => root !== '/')
    .map((root) => `--installroot=${root}`),
  ...(flag('disable_gpg_check') ? ['--nogpgcheck'] : []),
  ...(flag('skip_broken') ? ['--skip-broken'] : []),
  ...(flag('cacheonly') ? ['-C'] : []),
  ...(flag('bugfix') ? ['--bugfix'] : []),
  ...(flag('security') ? ['--security'] : []),
  ...(flag('sslverify') ? [] : ['--setopt=sslverify=0']),
];

const rpmManager = (name: string, summary: string, words: Manager['words']): Manager => ({
  name,
  aliases: name === 'dnf' ? ['dnf5', 'ansible.builtin.dnf5'] : [],
  summary,
  options: dnfOptions,
  isInstalled: rpmInstalled,
  install: (names, flags) => sh`${name} -y ${flags.words} install ${names}`,
  upgrade: (names, flags) =>
    names.length === 0
      ? sh`${name} -y ${flags.words} upgrade`
      : sh`{ for kb_p in ${names}; do set -- "$kb_p"; { ${rpmInstalled}; } || kb_missing="\${kb_missing:-} $kb_p"; done
[ -z "\${kb_missing:-}" ] || ${name} -y ${flags.words} install $kb_missing; } && ${name} -y ${flags.words} upgrade ${names}`,
  remove: (names, flags) =>
    names.length === 0
      ? sh`${name} -y ${flags.words} autoremove`
      : sh`${name} -y ${flags.words} ${flags.autoremove ? ['--setopt=clean_requirements_on_remove=1'] : []} remove ${names}`,
  refresh: sh`${name} -y makecache`,
  idle: /^(Nothing to do\.?|No packages? marked for (removal|update)|No match for argument.*)$/im,
  words,
});

export const managers: readonly Manager[] = [
  rpmManager('dnf', 'Installs, upgrades and removes RPM packages by dnf', (flag, texts) => [
    ...dnfWords(flag, texts),
    ...(flag('allowerasing') ? ['--allowerasing'] : []),
    ...(flag('nobest') ? ['--nobest'] : flag('best') ? ['--best'] : []),
    ...(flag('install_weak_deps') ? [] : ['--setopt=install_weak_deps=0']),
  ]),
  rpmManager('yum', 'Installs, upgrades and removes RPM packages by yum', dnfWords),
  {
    name: 'apk',
    aliases: ['community.general.apk'],
    summary: 'Installs, upgrades and removes Alpine packages',
    options: {
      available: bool('With `upgrade`: resets to what repositories have.'),
      upgrade: bool('Upgrades all packages.'),
      no_cache: bool('Keeps no lists.'),
      repository: list('Repositories for this task.'),
      world: { description: 'The file of wanted packages.', type: 'str', default: '/etc/apk/world' },
    },
    isInstalled: sh`apk info -e "$1" >/dev/null 2>&1`,
    install: (names, flags) => sh`apk ${flags.words} add ${names}`,
    upgrade: (names, flags) =>
      names.length === 0 ? sh`apk ${flags.words} upgrade` : sh`apk ${flags.words} add -u ${names}`,
    remove: (names, flags) => sh`apk ${flags.words} del ${names}`,
    refresh: sh`apk update`,
    idle: /^(?![\s\S]*\(\d+\/\d+\) )[\s\S]*OK: /,
    words: (flag, texts) => [
      ...texts('repository').flatMap((repository) => ['-X', repository]),
      ...(flag('no_cache') ? ['--no-cache'] : []),
    ],
  },
  {
    name: 'pacman',
    aliases: ['community.general.pacman'],
    summary: 'Installs, upgrades and removes Arch packages',
    options: {
      force: bool('Passes over missing dependencies.'),
      upgrade: bool('Upgrades all packages.'),
      extra_args: { description: 'More words for pacman.', type: 'str', default: '' },
    },
    isInstalled: sh`pacman -Q "$1" >/dev/null 2>&1 || pacman -Qg "$1" >/dev/null 2>&1`,
    install: (names, flags) => sh`pacman -S --noconfirm --noprogressbar --needed ${flags.words} ${names}`,
    upgrade: (names, flags) =>
      names.length === 0
        ? sh`pacman -Su --noconfirm --noprogressbar ${flags.words}`
        : sh`pacman -S --noconfirm --noprogressbar --needed ${flags.words} ${names}`,
    remove: (names, flags) => sh`pacman -R --noconfirm --noprogressbar ${flags.words} ${names}`,
    refresh: sh`pacman -Sy`,
    idle: /^\s*there is nothing to do$/m,
    words: (flag, texts) => [
      ...(flag('force') ? ['--nodeps', '--nodeps'] : []),
      ...texts('extra_args').flatMap((text) => text.split(/\s+/).filter((word) => word !== '')),
    ],
  },
  {
    name: 'zypper',
    aliases: ['community.general.zypper'],
    summary: 'Installs, upgrades and removes SUSE packages',
    options: {
      disable_gpg_check: bool('Allows unsigned packages.'),
      disable_recommends: { description: 'Leaves out recommended packages.', type: 'bool', default: true },
      force: bool('Installs anew.'),
      oldpackage: bool('Allows an older version than is installed.'),
      clean_deps: bool('Removes what nothing needs any more.'),
      extra_args: { description: 'More words for zypper.', type: 'str', default: '' },
    },
    isInstalled: rpmInstalled,
    install: (names, flags) =>
      sh`zypper --non-interactive install --auto-agree-with-licenses ${flags.words} -- ${names}`,
    upgrade: (names, flags) =>
      names.length === 0
        ? sh`zypper --non-interactive update --auto-agree-with-licenses`
        : sh`zypper --non-interactive install --auto-agree-with-licenses ${flags.words} -- ${names}`,
    remove: (names) => sh`zypper --non-interactive remove -- ${names}`,
    refresh: sh`zypper --non-interactive refresh`,
    idle: /^Nothing to do\.$/m,
    words: (flag, texts) => [
      ...(flag('disable_recommends') ? ['--no-recommends'] : []),
      ...(flag('oldpackage') ? ['--oldpackage'] : []),
      ...(flag('force') ? ['--force'] : []),
      ...texts('extra_args').flatMap((text) => text.split(/\s+/).filter((word) => word !== '')),
    ],
  },
];
