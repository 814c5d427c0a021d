import { clusterInventory } from '../cluster/inventory.ts';
import type { Vars } from '../language/playbook.ts';
import type { Loaded } from '../run/load.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { cacheFolder, withSources } from './role/project.ts';

/**
 * The folder of the cluster's roles and playbooks where the inventory takes them from a registry, pinned to a version or a
 * digest: `cluster_roles: oci://registry.example/k8s/cluster@1.4.0`. Undefined where it says nothing, which means those that
 * came with this program.
 */
export const publishedCluster = async (
  inventory: string,
  loaded: Loaded & { readonly extraVars: Vars },
  signal: AbortSignal,
): Promise<string | undefined> => {
  const described = clusterInventory(inventory, loaded);
  const values = new Map<string, Position | undefined>();
  for (const host of loaded.inventory.hosts.keys()) {
    const found = described.variables(host).get('cluster_roles');
    if (found && !values.has(String(found.value))) values.set(String(found.value), found.position);
  }
  const [first, second] = values;
  if (!first) return undefined;
  const [text, position] = first;
  if (second)
    throw wrong('cluster_roles is one value for all hosts, and here are several', second[1], 'set it in all: vars:');
  const { splitVersion, asRequirement } = await import('../registry/new-entry.ts');
  const { semverOf } = await import('../registry/version.ts');
  const [address, version] = splitVersion(text);
  const place = position ?? { file: inventory, line: 1, column: 1 };
  const wanted = { ...asRequirement('collection', address, version, undefined, '.'), position: place };
  const pinned =
    wanted.version !== undefined && (semverOf(wanted.version) === wanted.version || isDigest(wanted.version));
  if (wanted.source !== 'oci' || !pinned)
    throw wrong(
      `cluster_roles is '${text}', which is not pinned to one version in a registry`,
      position,
      'such as oci://registry.example/k8s/cluster@1.4.0, or @sha256:… to hold it against its digest',
    );
  let folder = '';
  await withSources(signal, async (sources) => {
    const { Cache } = await import('../registry/cache.ts');
    const { Catalogue } = await import('../registry/catalogue.ts');
    const { newest } = await import('../registry/resolve.ts');
    const cache = new Cache(cacheFolder());
    const catalogue = new Catalogue({ cache, sources, offline: false });
    const { found } = await newest(wanted, catalogue);
    const whole = await cache.findWhole(found.integrity);
    folder = (whole ?? (await catalogue.fetch(wanted, { version: '', semver: null, integrity: found.integrity })))
      .folder;
  });
  return folder;
};

const isDigest = (version: string): boolean => /^sha256:[0-9a-f]{64}$/.test(version);

const wrong = (message: string, position: Position | undefined, hint: string): UserError =>
  new UserError({ severity: 'error', message, position, hint });
