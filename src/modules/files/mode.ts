import type { Value } from '../../template/values.ts';
import { ModuleFailure } from '../module.ts';

/** What `mode` asks for: bits, or symbols that change those which are there. */
export type ModeSpec = number | string;

/**
 * `0644`, `'0644'`, `'644'`, `u=rw,g=r`: a number in YAML is taken as it is (write it with its leading zero, or in quotes).
 * Throws ModuleFailure where it is none of these.
 */
export const readMode = (value: Value | undefined): ModeSpec | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return value;
  const text = String(value).trim();
  if (/^(0o)?[0-7]+$/i.test(text)) return Number.parseInt(text.replace(/^0o/i, ''), 8);
  if (!text.split(',').every((clause) => clausePattern.test(clause)))
    throw new ModuleFailure('mode must be in octal or symbolic form', [
      ['details', `'${text}' is neither: write '0644' or u=rw,g=r,o=r`],
    ]);
  return text;
};

const clausePattern = /^[ugoa]*([+=-]([rwxXst]*|[ugo]))+$/;

/**
 * The bits that come out. Symbols are applied as Python's Ansible does: `X` is x for directories and for what anyone may
 * execute already; `=` clears the class's set-id bit; without a class the umask keeps its bits.
 */
export const resolveMode = (spec: ModeSpec, current: number, isDirectory: boolean, umask: number): number => {
  if (typeof spec === 'number') return spec & 0o7777;
  let mode = current;
  for (const clause of spec.split(',')) {
    const [, who, actions] = /^([ugoa]*)(.*)$/.exec(clause) as unknown as [string, string, string];
    const classes = who === '' || who.includes('a') ? ['u', 'g', 'o'] : [...who];
    for (const [, operator, wanted] of actions.matchAll(/([+=-])([rwxXst]*|[ugo])(?=$|[+=-])/g)) {
      const before = mode;
      for (const each of classes) {
        const shift = shifts[each] as number;
        let bits = bitsOf(wanted as string, each, before, isDirectory);
        if (who === '') bits &= ~umask;
        if (operator === '+') mode |= bits;
        else if (operator === '-') mode &= ~bits;
        else mode = (mode & ~((0o7 << shift) | (special[each] as number))) | bits;
      }
    }
  }
  return mode;
};

/** Whether permissions are just what `spec` asks for, or (not `exact`) at least that. */
export const modeMatches = (spec: string, mode: number, exact: boolean): boolean => {
  const wanted = resolveMode(readMode(spec) ?? 0, 0, false, 0);
  return exact ? mode === wanted : (mode & wanted) === wanted;
};

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const special: Readonly<Record<string, number>> = { u: 0o4000, g: 0o2000, o: 0o1000 };

const bitsOf = (symbols: string, each: string, mode: number, isDirectory: boolean): number => {
  const shift = shifts[each] as number;
  let bits = 0;
  for (const symbol of symbols) {
    if (symbol === 'r') bits |= 4 << shift;
    else if (symbol === 'w') bits |= 2 << shift;
    else if (symbol === 'x' || (symbol === 'X' && (isDirectory || (mode & 0o111) !== 0))) bits |= 1 << shift;
    else if (symbol === 's') bits |= each === 'o' ? 0 : (special[each] as number);
    else if (symbol === 't') bits |= each === 'o' ? 0o1000 : 0;
    else if (symbol in shifts) bits |= ((mode >> (shifts[symbol] as number)) & 7) << shift;
  }
  return bits;
};
