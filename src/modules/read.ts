import type { Dict, Value } from '../template/values.ts';
import { asText } from './coerce.ts';
import type { Arguments } from './module.ts';

/** One argument in the type that its option declares, which `readArguments` has seen to; undefined where it is absent. */
export const text = (args: Arguments, name: string): string | undefined => {
  const value = args.get(name);
  return value === undefined || value === null ? undefined : asText(value);
};

export const flag = (args: Arguments, name: string): boolean => args.get(name) === true;

export const number = (args: Arguments, name: string): number | undefined => {
  const value = args.get(name);
  return value === undefined || value === null ? undefined : Number(value);
};

export const list = (args: Arguments, name: string): Value[] => {
  const value = args.get(name);
  return Array.isArray(value) ? value : [];
};

export const texts = (args: Arguments, name: string): string[] => list(args, name).map(asText);

export const dict = (args: Arguments, name: string): Dict => {
  const value = args.get(name);
  return value instanceof Map ? value : new Map();
};

/** A required argument. */
export const needed = (args: Arguments, name: string): string => text(args, name) ?? '';

/** A result from plain pairs; undefined values are left out. */
export const result = (fields: Readonly<Record<string, Value | undefined>>): Dict =>
  new Map(Object.entries(fields).filter((field): field is [string, Value] => field[1] !== undefined));
