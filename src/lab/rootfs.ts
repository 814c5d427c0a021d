import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import { type Layer, layerKey, suite } from './layers.ts';
import { withLock } from './lock.ts';
import { aptProxy, debianMirror } from './mirror.ts';
import { ask, ToolError, tool } from './tool.ts';

export interface RootfsOptions {
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/**
 * The folders of a root file system, uppermost first, as overlayfs takes them; what the cache lacks is built. Two at once
 * build each layer once: the second waits. A layer has its name only once it is whole.
 */
export const rootfs = async (layers: readonly Layer[], options: RootfsOptions): Promise<string[]> => {
  const architecture = (await ask('dpkg', ['--print-architecture']))?.trim() || 'amd64';
  const store = join(options.cache, 'rootfs');
  const folders: string[] = [];
  for (const [at, layer] of layers.entries()) {
    const folder = join(store, layerKey(layers.slice(0, at + 1), architecture));
    if (!existsSync(folder))
      await withLock(`${folder}.lock`, () => build(layer, folder, [...folders], options), {
        onWait: () =>
          options.onProgress?.(`Another run is building the root file system's layer ${layer.name}: waiting for it.`),
        signal: options.signal,
      });
    folders.unshift(folder);
  }
  return folders;
};

const build = async (layer: Layer, folder: string, below: readonly string[], options: RootfsOptions): Promise<void> => {
  if (existsSync(folder)) return;
  const started = Date.now();
  const say = (message: string) => options.onProgress?.(message);
  const how = layer.packages ? `debootstrap of Debian ${suite}` : `on Debian ${suite}`;
  const length = layer.minutes < 1 ? 'half a minute' : `${layer.minutes} minute${layer.minutes === 1 ? '' : 's'}`;
  say(
    `Building the root file system's layer ${layer.name} (${how}): about ${length}, this once; it is kept in ${folder}.`,
  );
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(join(half, 'upper'), { recursive: true });
  await mkdir(join(half, 'work'));
  await mkdir(join(half, 'merged'));
  const mirror = await debianMirror();
  const args = layer.packages
    ? [bootstrap, 'rootfs', half, layer.packages.join(','), suite, mirror ?? '']
    : [extend, 'rootfs', half, below.join(':')];
  const { onLine, steps } = progress(say, started);
  try {
    await tool('setpriv', [...private_, 'sh', '-ec', ...args, layer.script], {
      signal: options.signal,
      env: { ...(await aptProxy()), LC_ALL: 'C' },
      onLine,
    });
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    if (!(error instanceof ToolError)) throw error;
    throw new UserError({
      severity: 'error',
      message: `the root file system's layer ${layer.name} could not be built: ${steps.slice(-4).join('; ')}`,
      hint: mirror
        ? `packages come from ${mirror}, which this machine's apt is set to: see that 'apt-get update' works here`
        : "packages come from debootstrap's own mirror: see that this machine reaches it, or set apt to one that it does",
    });
  }
  await rename(join(half, 'upper'), folder);
  await rm(half, { recursive: true, force: true });
  say(`Layer ${layer.name} is built (${Math.round((Date.now() - started) / 1000)} s).`);
};

/** Mounts and processes of its own, and all of them end with us, even by SIGKILL. */
const private_ = [
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child=KILL',
  '--propagation',
  'private',
];

/** $1 folder, $2 packages, $3 suite, $4 mirror or empty, $5 script. */
const bootstrap = `
debootstrap --variant=minbase --include="$2" "$3" "$1/upper" \${4:+"$4"}
mount --bind /dev "$1/upper/dev"
mount -t proc proc "$1/upper/proc"
chroot "$1/upper" sh -ec "$5"
umount "$1/upper/proc" "$1/upper/dev"
`;

/** $1 folder, $2 layers below, $3 script. */
const extend = `
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/merged"
mount --bind /dev "$1/merged/dev"
mount -t proc proc "$1/merged/proc"
[ ! -e /etc/resolv.conf ] || { : > "$1/merged/etc/resolv.conf"; mount --bind /etc/resolv.conf "$1/merged/etc/resolv.conf"; }
chroot "$1/merged" sh -ec "$3"
umount "$1/merged/etc/resolv.conf" 2>/dev/null || true
rm -f "$1/merged/etc/resolv.conf"
umount "$1/merged/proc" "$1/merged/dev" "$1/merged"
`;

/** Says every ten seconds how far it is: debootstrap and apt print a line for each package at each of three steps. */
const progress = (say: (message: string) => void, started: number) => {
  const steps: string[] = [];
  let said = Date.now();
  const onLine = (line: string) => {
    if (line.trim()) steps.push(line.trim());
    if (Date.now() - said < 10_000) return;
    said = Date.now();
    const now =
      /(Retrieving|Validating|Extracting|Unpacking|Configuring|Setting up|Get:\d+)/i.exec(line)?.[1] ?? 'working';
    say(`  ${Math.round((said - started) / 1000)} s: ${now.toLowerCase()} (${steps.length} steps done)`);
  };
  return { onLine, steps };
};
