import type { Value } from '../../template/values.ts';
import { asText } from '../coerce.ts';
import type { Arguments } from '../module.ts';
import { type ContainerOption, containerOptions } from './container-options.ts';
import type { Inspected } from './inspected.ts';

/** A container as it should be: everything that makes one differ from another, but for its name and restart policy. */
export interface ContainerSpec {
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** By option, as it was given. */
  readonly options: Readonly<Record<string, Value>>;
}

export const readSpec = (
  args: Arguments,
  command: readonly string[],
  entrypoint: readonly string[],
): ContainerSpec => ({
  image: asText(args.get('image') ?? ''),
  entrypoint,
  command,
  options: Object.fromEntries(
    Object.keys(containerOptions).flatMap((name) =>
      args.get(name) === undefined ? [] : [[name, args.get(name) as Value]],
    ),
  ),
});

/** The words of `docker create` behind the name: flags, image, command. */
export const createWords = ({ image, entrypoint, command, options }: ContainerSpec): string[] => [
  ...Object.entries(options).flatMap(([name, value]) => optionNamed(name)?.flags(value) ?? []),
  ...(entrypoint.length > 0 ? ['--entrypoint', entrypoint[0] as string] : []),
  image,
  ...entrypoint.slice(1),
  ...command,
];

/** The options in which a container that something else made differs, by name. */
export const differingOptions = ({ command, entrypoint, options }: ContainerSpec, inspected: Inspected): string[] => [
  ...Object.entries(options)
    .filter(([name, value]) => optionNamed(name)?.matches?.(value, inspected) === false)
    .map(([name]) => name),
  ...(command.length > 0 && !sameList(command, inspected.Config.Cmd) ? ['command'] : []),
  ...(entrypoint.length > 0 && !sameList(entrypoint, inspected.Config.Entrypoint) ? ['entrypoint'] : []),
];

const optionNamed = (name: string): ContainerOption | undefined =>
  (containerOptions as Record<string, ContainerOption>)[name];

const sameList = (wanted: readonly string[], found: readonly string[] | null): boolean =>
  wanted.length === (found ?? []).length && wanted.every((entry, i) => found?.[i] === entry);
