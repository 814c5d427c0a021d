import { ModuleFailure } from '../module.ts';
import { type Algorithm, algorithms } from '../shell/checksum.ts';
import { fileNameOf } from './destination.ts';

/** `sha256:<digest>`, or `sha256:<URL of a list of digests>`. */
export interface WantedChecksum {
  readonly algorithm: Algorithm;
  readonly digest: string | undefined;
  readonly url: string | undefined;
}

export const readChecksum = (text: string | undefined): WantedChecksum | undefined => {
  if (text === undefined || text.trim() === '') return undefined;
  const at = text.indexOf(':');
  const [name, rest] = [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()];
  if (at < 0 || rest === '')
    throw new ModuleFailure('The checksum parameter has to be in format <algorithm>:<checksum>');
  const algorithm = algorithms.find((each) => each === name);
  if (algorithm === undefined)
    throw new ModuleFailure(`Could not hash with algorithm, ${name}. Available algorithms: ${algorithms.join(', ')}`);
  if (/^(https?|ftp|file):\/\//i.test(rest)) return { algorithm, digest: undefined, url: rest };
  const digest = rest.replace(/\W+/g, '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(digest)) throw new ModuleFailure('The checksum format is invalid');
  return { algorithm, digest, url: undefined };
};

/** The digest of `url`'s file in a list as `sha256sum` writes it (either form), or of a list that is one lone digest. */
export const digestFromList = (list: string, url: string, checksum: WantedChecksum): string => {
  const lines = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const lone = lines.length === 1 ? /^[0-9a-f]+$/i.exec(lines[0] as string) : null;
  if (lone) return lone[0].toLowerCase();
  const name = fileNameOf(url);
  for (const line of lines) {
    const bsd = /^\w+ \((.+)\) = ([0-9a-f]+)$/i.exec(line);
    const gnu = /^([0-9a-f]+)\s+[*]?(.+)$/i.exec(line);
    const [file, digest] = bsd ? [bsd[1], bsd[2]] : gnu ? [gnu[2], gnu[1]] : [undefined, undefined];
    if (file !== undefined && file.replace(/^.*\//, '') === name) return (digest as string).toLowerCase();
  }
  throw new ModuleFailure(`Unable to find a checksum for file '${name}' in '${checksum.url}'`);
};
