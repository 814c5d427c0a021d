import { apparmor } from './apparmor.ts';
import { capabilities } from './capabilities.ts';
import { chroot } from './chroot.ts';
import { cmdline } from './cmdline.ts';
import { dateTime } from './date-time.ts';
import { devices } from './devices.ts';
import { distribution } from './distribution.ts';
import { dmi } from './dmi.ts';
import { dns } from './dns.ts';
import { env } from './env.ts';
import type { FactFamily } from './family.ts';
import { fips } from './fips.ts';
import { loadavg } from './loadavg.ts';
import { localFacts } from './local.ts';
import { lsb } from './lsb.ts';
import { lvm } from './lvm.ts';
import { memory } from './memory.ts';
import { mounts } from './mounts.ts';
import { network } from './network.ts';
import { packageManager } from './package-manager.ts';
import { platform } from './platform.ts';
import { processor } from './processor.ts';
import { python } from './python.ts';
import { selinux } from './selinux.ts';
import { serviceManager } from './service-manager.ts';
import { sshHostKeys } from './ssh-host-keys.ts';
import { storageNames } from './storage-names.ts';
import { user } from './user.ts';
import { virtualization } from './virtualization.ts';

/** Every family, in the order in which the probe asks for them. */
export const families: readonly FactFamily[] = [
  platform,
  distribution,
  user,
  env,
  dateTime,
  serviceManager,
  packageManager,
  virtualization,
  network,
  processor,
  memory,
  mounts,
  devices,
  lvm,
  dmi,
  loadavg,
  lsb,
  selinux,
  apparmor,
  fips,
  chroot,
  capabilities,
  cmdline,
  dns,
  sshHostKeys,
  storageNames,
  python,
  localFacts(),
];
