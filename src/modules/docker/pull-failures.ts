/** What to do about each way in which Docker's daemon says that it could not pull an image; the first that fits counts. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device/i,
    "The disk of Docker's folder is full: make room (docker system prune removes what nothing uses), or put the folder on another disk",
  ],
  [
    /x509|certificate/i,
    "The host does not know who signed the registry's certificate, or the certificate is another name's: set image_registry_ca to the file of its CA",
  ],
  [
    /unauthorized|authentication required|denied|no basic auth/i,
    'The registry wants a login: log Docker in on this host with docker login, or let the registry give these images to everybody',
  ],
  [
    /verification failed|does not match|digest mismatch|unexpected digest/i,
    'What the registry sent is not what its digest says: the copy there is damaged, so fill the registry anew',
  ],
  [
    /manifest unknown|not found|no matching manifest|name unknown/i,
    "The registry answers and has no such image, or not for this host's architecture: copy it there, or mend the version or digest that asks for it",
  ],
  [
    /server gave HTTP response to HTTPS client/i,
    "The registry speaks HTTP without TLS: give it a certificate, or list it under insecure-registries in the host's daemon.json",
  ],
];

const unreachable =
  'Make the registry reachable from this host (names, routes, firewalls, a proxy), or set image_registry to one that is';

/** The failure of a task that pulled images: each image with Docker's own words, and then what to do, each advice once. */
export const pullFailure = (images: readonly { readonly name: string; readonly said: string }[]): string => {
  const remedyOf = (said: string): string => remedies.find(([pattern]) => pattern.test(said))?.[1] ?? unreachable;
  // Pulls end in any order: the text must not.
  const sorted = [...images].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    images.length === 1 ? 'this image could not be pulled:' : 'these images could not be pulled:',
    ...sorted.map(({ name, said }) => `  ${name}: ${said.replace(/^Error response from daemon: /, '')}`),
    ...new Set(sorted.map(({ said }) => remedyOf(said))),
  ].join('\n');
};
