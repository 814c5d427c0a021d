/** A member as `etcdctl member list -w simple` prints it: id, status, name, peer URLs, client URLs, whether it learns. */
export interface ListedMember {
  /** As etcdctl takes it: hexadecimal. */
  readonly id: string;
  readonly started: boolean;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly learner: boolean;
}

/** Client URLs are joined by commas too, so the name and the peer URLs are read from the front, and the last word from the end. */
export const readMembers = (list: string): ListedMember[] =>
  list.split('\n').flatMap((line) => {
    const parts = line.split(', ');
    const [id, status, name, peerUrls] = parts;
    if (id === undefined || !/^[0-9a-f]+$/.test(id) || peerUrls === undefined) return [];
    return [
      {
        id,
        started: status === 'started',
        name: name ?? '',
        peerUrls: peerUrls.split(','),
        learner: parts.at(-1)?.trim() === 'true',
      },
    ];
  });
