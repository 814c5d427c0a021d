import { nearest } from '../util/nearest.ts';
import { commands } from './commands/commands.ts';
import { control } from './control/control.ts';
import { docker } from './docker/docker.ts';
import { files } from './files/files.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import type { Module } from './module.ts';
import { get_url } from './network/get_url.ts';
import { iptables } from './network/iptables.ts';
import { uri } from './network/uri.ts';
import { wait_for } from './network/wait_for.ts';
import { apt } from './packages/apt.ts';
import { apt_repository } from './packages/apt_repository.ts';
import { deb822_repository } from './packages/deb822_repository.ts';
import { dpkg_selections } from './packages/dpkg_selections.ts';
import { managerModules } from './packages/manager-module.ts';
import { packageModule } from './packages/package.ts';
import { package_facts } from './packages/package_facts.ts';
import { alternatives } from './services/alternatives.ts';
import { cron } from './services/cron.ts';
import { hostname } from './services/hostname.ts';
import { service } from './services/service.ts';
import { service_facts } from './services/service_facts.ts';
import { systemd } from './services/systemd.ts';
import { timezone } from './services/timezone.ts';
import { modprobe } from './storage/modprobe.ts';
import { mount } from './storage/mount.ts';
import { sysctl } from './storage/sysctl.ts';
import { authorized_key } from './users/authorized_key.ts';
import { getent } from './users/getent.ts';
import { group } from './users/group.ts';
import { user } from './users/user.ts';

/** Every module there is. A file and a line here, or in the list of its folder, are all that a new module needs. */
const list: readonly Module[] = [
  ...commands,
  ...control,
  ...files,
  ...docker,
  ...kubernetes,
  // network/
  iptables,
  get_url,
  uri,
  wait_for,
  // packages/
  deb822_repository,
  dpkg_selections,
  apt_repository,
  apt,
  packageModule,
  package_facts,
  ...managerModules,
  // services/
  alternatives,
  cron,
  timezone,
  hostname,
  service,
  service_facts,
  systemd,
  // storage/
  modprobe,
  mount,
  sysctl,
  // users/
  authorized_key,
  getent,
  group,
  user,
];

/** The module of that name: short, an alias, or fully qualified (`ansible.builtin.copy`, `community.general.ufw`). */
export const findModule = (name: string): Module | undefined =>
  byName.get(name.replace(/^ansible\.(builtin|legacy)\./, ''));

/** The name that was probably meant. */
export const nearestModule = (name: string): string | undefined => nearest(name, [...byName.keys()]);

export const allModules = (): readonly Module[] => list;

const byName: ReadonlyMap<string, Module> = new Map(
  list.flatMap((module) => [module.name, ...(module.aliases ?? [])].map((name): [string, Module] => [name, module])),
);
