import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';

export interface HostNames {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/**
 * The hosts that a line of an inventory names: `web[01:20].example`, `db-[a:f]`, `[0:10:2]`, with `:port`, an IPv6 address in
 * brackets where a port follows. Throws a UserError for a range that counts backwards or a step of nothing.
 */
export const expandHostNames = (text: string, position?: Position): HostNames => {
  const { name, port } = splitPort(text);
  return { names: expandRanges(name, position), port };
};

const splitPort = (text: string): { readonly name: string; readonly port: number | undefined } => {
  const v6 = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?)\](?::(\d+))?$/.exec(text);
  if (v6) return { name: v6[1] as string, port: v6[2] === undefined ? undefined : Number(v6[2]) };
  const plain = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(text);
  if (plain) return { name: plain[1] as string, port: Number(plain[2]) };
  return { name: text, port: undefined };
};

const range = /\[(?:(\d+):(\d+)|([a-zA-Z]):([a-zA-Z]))(?::(\d+))?\]/;

const expandRanges = (text: string, position: Position | undefined): readonly string[] => {
  const match = range.exec(text);
  if (!match) return [text];
  const before = text.slice(0, match.index);
  const after = expandRanges(text.slice(match.index + match[0].length), position);
  return steps(match, position).flatMap((step) => after.map((rest) => before + step + rest));
};

const steps = (match: RegExpExecArray, position: Position | undefined): readonly string[] => {
  const [whole, from, to, first, last, by] = match;
  const step = by === undefined ? 1 : Number(by);
  const refuse = (message: string): never => {
    throw new UserError({
      severity: 'error',
      message: `the range ${whole} ${message}`,
      position,
      length: whole.length,
    });
  };
  if (step < 1) refuse('has a step of nothing');
  const [start, end] =
    from === undefined
      ? [letters.indexOf(first as string), letters.indexOf(last as string)]
      : [Number(from), Number(to)];
  if (start > end) refuse('counts backwards');
  if ((end - start) / step > 1_000_000) refuse('has more than a million hosts');
  const width = from?.startsWith('0') ? from.length : 0;
  if (width > 0 && from?.length !== to?.length && Number(from) !== 0) refuse('must have numbers of equal width');
  const found: string[] = [];
  for (let at = start; at <= end; at += step)
    found.push(from === undefined ? (letters[at] as string) : String(at).padStart(width, '0'));
  return found;
};

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
