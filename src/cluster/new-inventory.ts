import { Document } from 'yaml';

/** A host as the user names it: `n1=192.0.2.11`, or a name that resolves. */
export interface NewHost {
  readonly name: string;
  readonly address?: string | undefined;
}

export interface NewCluster {
  readonly masters: readonly NewHost[];
  /** None: the masters carry pods too. */
  readonly workers: readonly NewHost[];
  readonly user: string;
  readonly key?: string | undefined;
  readonly kubernetesVersion: string;
}

/** `n1=192.0.2.11` or `n1`; undefined for anything else. */
export const readNewHost = (text: string): NewHost | undefined => {
  const [, name, address] = /^([^=\s]+)(?:=([^=\s]+))?$/.exec(text.trim()) ?? [];
  return name === undefined ? undefined : { name, address };
};

/** The inventory of a new cluster, as a user would write it: groups `masters` and `workers`, and what they need to be reached. */
export const newInventory = ({ masters, workers, user, key, kubernetesVersion }: NewCluster): string => {
  const members = (hosts: readonly NewHost[]) => ({
    hosts: Object.fromEntries(hosts.map(({ name, address }) => [name, address ? { ansible_host: address } : null])),
  });
  const document = new Document({
    all: {
      vars: {
        ansible_user: user,
        ...(user === 'root' ? {} : { ansible_become: true }),
        ...(key === undefined ? {} : { ansible_ssh_private_key_file: key }),
        kubernetes_version: kubernetesVersion,
      },
      children: {
        masters: members(masters),
        // A host is named once with its address; here masters that carry pods too are only named again.
        workers: members(workers.length > 0 ? workers : masters.map(({ name }) => ({ name }))),
      },
    },
  });
  document.commentBefore = ' A cluster. `k8s-bm doc cluster` tells of every setting.';
  return document.toString({ nullStr: '', lineWidth: 0 });
};
