import { UserError } from '../util/diagnostic.ts';
import type { Catalogue } from './catalogue.ts';
import type { NewEntry } from './edit.ts';
import { locate } from './locate.ts';
import type { Requirement } from './requirements.ts';
import type { Kind } from './source.ts';
import { fitting } from './version.ts';

/**
 * The entry of requirements.yml for `ADDRESS[@VERSION]` as a user types it. Without a version it takes the newest and all
 * that is compatible with it: `^1.4.0`, for collections in the form that Galaxy's own tool reads too.
 */
export const entryFor = async (
  kind: Kind,
  typed: string,
  name: string | undefined,
  folder: string,
  catalogue: Pick<Catalogue, 'offers'>,
): Promise<{ readonly entry: NewEntry; readonly wanted: Requirement }> => {
  const [address, given] = splitVersion(typed);
  const wanted = asRequirement(kind, address, given, name, folder);
  const version = given ?? (await compatible(kind, wanted, catalogue));
  const scm = wanted.source === 'git' && kind === 'role' && !address.startsWith('git+');
  const fields: Record<string, string> = kind === 'role' ? { src: address } : { name: address };
  if (scm) fields.scm = 'git';
  if (kind === 'collection' && wanted.source === 'git' && !address.startsWith('git+')) fields.type = 'git';
  if (version !== undefined) fields.version = version;
  if (name !== undefined && kind === 'role') fields.name = name;
  return { entry: { kind, fields }, wanted: { ...wanted, version } };
};

/** A requirement that a user typed. Throws a UserError for what is none. */
export const asRequirement = (
  kind: Kind,
  text: string,
  version: string | undefined,
  name: string | undefined,
  folder: string,
): Requirement => {
  try {
    const found = locate({ kind, text, version, name, folder });
    return { ...found, position: { file: '<none>', line: 1, column: 1 }, signatures: [] };
  } catch (error) {
    throw new UserError({ severity: 'error', message: (error as Error).message });
  }
};

/** `@` and what follows it, unless it is the name of a user in an address. */
export const splitVersion = (typed: string): readonly [string, string | undefined] => {
  const at = typed.lastIndexOf('@');
  const version = typed.slice(at + 1);
  const isUser = at <= 0 || /^[\w.-]+(?::\d+)?[:/]/.test(version);
  return isUser ? [typed, undefined] : [typed.slice(0, at), version];
};

const compatible = async (
  kind: Kind,
  wanted: Requirement,
  catalogue: Pick<Catalogue, 'offers'>,
): Promise<string | undefined> => {
  if (wanted.version !== undefined) return undefined;
  const offers = await catalogue.offers(wanted);
  const [newest] = fitting(offers, undefined);
  if (!newest?.semver) return undefined;
  if (kind === 'role') return `^${newest.semver}`;
  const major = Number(newest.semver.split('.')[0]);
  return major > 0 ? `>=${newest.semver},<${major + 1}.0.0` : newest.version;
};
