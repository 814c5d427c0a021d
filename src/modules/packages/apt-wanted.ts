import type { Arguments, OptionTable } from '../module.ts';
import { ModuleFailure } from '../module.ts';
import { flag, number, text, texts } from '../read.ts';
import { type PackageSpec, parseSpec } from './package-spec.ts';

export interface AptWanted {
  readonly packages: readonly PackageSpec[];
  readonly state: 'present' | 'absent' | 'latest' | 'build-dep' | 'fixed';
  readonly updateCache: boolean;
  readonly cacheValidTime: number;
  readonly updateRetries: number;
  readonly upgrade: 'no' | 'safe' | 'full';
  readonly autoremove: boolean;
  readonly autoclean: boolean;
  readonly clean: boolean;
  readonly purge: boolean;
  readonly onlyUpgrade: boolean;
  readonly deb: string | undefined;
  readonly allowDowngrade: boolean;
  readonly force: boolean;
  /** Words for every `apt-get` that installs, removes or upgrades. */
  readonly flags: readonly string[];
  readonly lockTimeout: number;
  readonly policyRcD: number | undefined;
}

const bool = (description: string, more: { default?: boolean; aliases?: string[] } = { default: false }) =>
  ({ description, type: 'bool', ...more }) as const;

export const aptOptions: OptionTable = {
  name: {
    description: 'Packages: `name`, `name=version`, `name>=version`, with * in either.',
    type: 'list',
    elements: 'str',
    aliases: ['package', 'pkg'],
  },
  state: {
    description: 'What shall be true of them.',
    type: 'str',
    choices: ['absent', 'build-dep', 'latest', 'present', 'fixed', 'installed', 'removed'],
    default: 'present',
  },
  update_cache: bool("Reads the repositories' lists first.", { aliases: ['update-cache'] }),
  cache_valid_time: { description: 'Seconds for which lists once read are good.', type: 'int', default: 0 },
  update_cache_retries: { description: 'How often reading the lists is tried.', type: 'int', default: 5 },
  update_cache_retry_max_delay: { description: 'Seconds between tries, at most.', type: 'int', default: 12 },
  purge: bool('Removes configuration files too.'),
  default_release: { description: 'Prefers this release.', type: 'str', aliases: ['default-release'] },
  install_recommends: bool('Whether recommended packages come along.', { aliases: ['install-recommends'] }),
  force: bool('Allows downgrades, unsigned packages and the removal of essential ones.'),
  clean: bool('Empties the package cache.'),
  allow_unauthenticated: bool('Allows unsigned packages.', { default: false, aliases: ['allow-unauthenticated'] }),
  allow_downgrade: bool('Allows an older version than is installed.', {
    default: false,
    aliases: ['allow-downgrade', 'allow_downgrades', 'allow-downgrades'],
  }),
  allow_change_held_packages: bool('Allows changes to held packages.'),
  upgrade: {
    description: 'Upgrades the whole system.',
    type: 'str',
    choices: ['dist', 'full', 'no', 'safe', 'yes'],
    default: 'no',
  },
  dpkg_options: { description: 'Options for dpkg.', type: 'str', default: 'force-confdef,force-confold' },
  deb: { description: 'A .deb file: a path on the host, or a URL.', type: 'path' },
  autoremove: bool('Removes packages that nothing needs any more.'),
  autoclean: bool('Removes package files that can be had no more.'),
  policy_rc_d: { description: 'What policy-rc.d answers meanwhile; 101 keeps services from starting.', type: 'int' },
  only_upgrade: bool('Upgrades only what is installed.'),
  fail_on_autoremove: bool('Fails rather than remove packages.'),
  force_apt_get: bool('Accepted; apt-get is what is always used.'),
  lock_timeout: { description: "Seconds to wait for another process's lock.", type: 'int', default: 60 },
  auto_install_module_deps: bool('Accepted; nothing has to be installed on hosts.', { default: true }),
};

export const wantedApt = (args: Arguments): AptWanted => {
  const packages = texts(args, 'name')
    .filter((name) => name.trim() !== '')
    .map(parseSpec);
  const said = text(args, 'state') ?? 'present';
  const state = said === 'installed' ? 'present' : said === 'removed' ? 'absent' : (said as AptWanted['state']);
  const upgrade = text(args, 'upgrade') ?? 'no';
  const cacheValidTime = number(args, 'cache_valid_time') ?? 0;
  const everything = state === 'latest' && packages.some((spec) => spec.name === '*');
  if (args.has('deb') && state !== 'present') throw new ModuleFailure('deb only supports state=present');
  for (const spec of packages) {
    if (state === 'latest' && spec.version !== undefined)
      throw new ModuleFailure(`version number inconsistent with state=latest: ${spec.text}`);
  }
  return {
    packages: packages.filter((spec) => !(everything && spec.name === '*')),
    state,
    updateCache: flag(args, 'update_cache') || cacheValidTime > 0,
    cacheValidTime,
    updateRetries: number(args, 'update_cache_retries') ?? 5,
    upgrade: everything
      ? 'safe'
      : upgrade === 'yes'
        ? 'safe'
        : upgrade === 'dist'
          ? 'full'
          : (upgrade as 'no' | 'safe'),
    autoremove: flag(args, 'autoremove'),
    autoclean: flag(args, 'autoclean'),
    clean: flag(args, 'clean'),
    purge: flag(args, 'purge'),
    onlyUpgrade: flag(args, 'only_upgrade'),
    deb: text(args, 'deb'),
    allowDowngrade: flag(args, 'allow_downgrade'),
    force: flag(args, 'force'),
    flags: aptFlags(args),
    lockTimeout: number(args, 'lock_timeout') ?? 60,
    policyRcD: number(args, 'policy_rc_d'),
  };
};

const aptFlags = (args: Arguments): string[] => {
  const flags = ['-y', '-o', 'Dpkg::Use-Pty=0'];
  for (const option of (text(args, 'dpkg_options') ?? '').split(',').filter((word) => word !== ''))
    flags.push('-o', `Dpkg::Options::=--${option.replace(/^--/, '')}`);
  flags.push('-o', `DPkg::Lock::Timeout=${number(args, 'lock_timeout') ?? 60}`);
  const recommends = args.get('install_recommends');
  if (typeof recommends === 'boolean') flags.push('-o', `APT::Install-Recommends=${recommends ? 'yes' : 'no'}`);
  const release = text(args, 'default_release');
  if (release !== undefined) flags.push('-t', release);
  if (flag(args, 'autoremove')) flags.push('--auto-remove');
  if (flag(args, 'fail_on_autoremove')) flags.push('--no-remove');
  if (flag(args, 'only_upgrade')) flags.push('--only-upgrade');
  const force = flag(args, 'force');
  if (force || flag(args, 'allow_unauthenticated')) flags.push('--allow-unauthenticated');
  if (force || flag(args, 'allow_downgrade')) flags.push('--allow-downgrades');
  if (force || flag(args, 'allow_change_held_packages')) flags.push('--allow-change-held-packages');
  if (force) flags.push('--allow-remove-essential');
  return flags;
};
