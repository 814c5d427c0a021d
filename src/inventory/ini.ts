import { Template, type Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { type Position, rememberLayout } from '../util/position.ts';
import { expandHostNames } from './host-names.ts';
import type { Inventory } from './inventory.ts';
import { pythonLiteral } from './python-literal.ts';

type Section = { readonly group: string; readonly kind: 'hosts' | 'vars' | 'children' };

/** A group that is used before the end of the file says that it exists. */
interface Claim {
  readonly group: string;
  readonly position: Position;
  readonly because: string;
}

/**
 * Reads an inventory in INI form into `inventory`: `[group]`, `[group:vars]`, `[group:children]`; values are Python literals
 * where they can be, else text. Throws a UserError with all that is wrong in the file.
 */
export const readIni = (inventory: Inventory, text: string, file: string): void => {
  const diagnostics: Diagnostic[] = [];
  const declared = new Set<string>(['all', 'ungrouped']);
  const claims: Claim[] = [];
  /** Children that have no section yet; they join their parents when it comes, which decides the order of hosts. */
  const waiting = new Map<string, string[]>();
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const position = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    try {
      if (line.startsWith('[') && (section.kind !== 'hosts' || !isHostRange(line))) {
        section = readSection(line, position);
        if (section.kind !== 'vars') {
          declared.add(section.group);
          for (const parent of waiting.get(section.group) ?? []) adopt(inventory, parent, section.group, position);
          waiting.delete(section.group);
        }
        if (section.kind === 'vars')
          claims.push({
            group: section.group,
            position: { ...position, column: position.column + 1 },
            because: 'gets variables here',
          });
        inventory.addGroup(section.group);
      } else if (section.kind === 'hosts') readHost(inventory, section.group, line, position);
      else if (section.kind === 'children') {
        const child = readChild(line, position);
        claims.push({ group: child, position, because: `is a child of ${section.group} here` });
        if (declared.has(child)) adopt(inventory, section.group, child, position);
        else waiting.set(child, [...(waiting.get(child) ?? []), section.group]);
      } else readGroupVariable(inventory, section.group, line, position);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      diagnostics.push(...error.diagnostics);
    }
  }
  for (const { group, position, because } of claims) {
    if (declared.has(group)) continue;
    const meant = nearest(group, declared);
    const hint = meant ? `did you mean ${meant}?` : `add a section [${group}]`;
    diagnostics.push({
      severity: 'error',
      message: `the group ${group} ${because} and is nowhere in the file`,
      position,
      length: group.length,
      hint,
    });
  }
  if (diagnostics.length > 0) throw new UserError(diagnostics);
};

const adopt = (inventory: Inventory, parent: string, child: string, position: Position): void => {
  if (!inventory.addChild(parent, child))
    throw problem(position, `the group ${child} would come to stand inside itself`);
};

const problem = (position: Position, message: string, hint?: string): UserError =>
  new UserError({ severity: 'error', message, position, hint });

/** `[0:3].example` and `[fe80::1]:22` name hosts; `[web]` begins a section. */
const isHostRange = (line: string): boolean => /^\[\w+:\w+(:\d+)?\]\S|^\[[\da-fA-F:.]*:[\da-fA-F:.]*\]:\d/.test(line);

const readSection = (line: string, position: Position): Section => {
  const match = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
  if (!match) throw problem(position, 'this is no section', 'write [group], [group:vars] or [group:children]');
  const kind = match[2] ?? 'hosts';
  if (kind !== 'hosts' && kind !== 'vars' && kind !== 'children') {
    const meant = nearest(kind, ['vars', 'children', 'hosts']);
    throw problem(
      position,
      `there is no section kind '${kind}'`,
      meant ? `did you mean ${meant}?` : 'it is vars or children',
    );
  }
  return { group: match[1] as string, kind };
};

const readChild = (line: string, position: Position): string => {
  const match = /^([^\s:\]]+)\s*(?:#.*)?$/.exec(line);
  if (!match) throw problem(position, 'this is no name of a group');
  return match[1] as string;
};

const readHost = (inventory: Inventory, group: string, line: string, position: Position): void => {
  const words = splitWords(line, position);
  const [first, ...rest] = words;
  if (!first) return;
  const { names, port } = expandHostNames(first.text, position);
  const variables = rest.map((word) => {
    const equals = word.text.indexOf('=');
    const place = { ...position, column: position.column + word.at };
    if (equals <= 0)
      throw problem(place, `expected name=value, found ${word.text}`, 'one host a line; quote a value with spaces');
    return {
      name: word.text.slice(0, equals),
      value: readValue(word.text.slice(equals + 1), place, equals + 1),
      place,
    };
  });
  for (const name of names) {
    const host = inventory.addHost(name, group);
    if (port !== undefined) host.set('ansible_port', port, position);
    for (const variable of variables) host.set(variable.name, variable.value, variable.place);
  }
};

const readGroupVariable = (inventory: Inventory, group: string, line: string, position: Position): void => {
  const equals = line.indexOf('=');
  if (equals < 0) throw problem(position, `expected name=value, found ${line}`);
  const name = line.slice(0, equals).trim();
  const raw = line.slice(equals + 1);
  const value = raw.trim();
  inventory.addGroup(group).set(name, readValue(value, position, equals + 1 + raw.indexOf(value)), position);
};

const readValue = (text: string, place: Position, offset: number): Value => {
  const literal = pythonLiteral(text);
  return trusting(literal === undefined ? text : literal, { ...place, column: place.column + offset });
};

/** Texts with braces become templates, at any depth. */
const trusting = (value: Value, position: Position): Value => {
  if (typeof value === 'string' && /\{[{%#]/.test(value)) {
    const start = { ...position };
    rememberLayout(start, (offset) => ({ ...position, column: position.column + offset }));
    return new Template(value, start);
  }
  if (Array.isArray(value)) return value.map((item) => trusting(item, position));
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, trusting(inner, position)]));
  return value;
};

interface Word {
  readonly text: string;
  readonly at: number;
}

/** Splits as Python's `shlex` does: quotes join, a backslash keeps the next character, `#` begins a comment. */
const splitWords = (line: string, position: Position): readonly Word[] => {
  const found: Word[] = [];
  let text: string | undefined;
  let start = 0;
  let quote = '';
  const end = (): void => {
    if (text !== undefined) found.push({ text, at: start });
    text = undefined;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (!quote && char === '#') break;
    if (!quote && /\s/.test(char)) {
      end();
      continue;
    }
    if (text === undefined) [text, start] = ['', at];
    if (quote === char) quote = '';
    else if (!quote && (char === '"' || char === "'")) quote = char;
    else if (char === '\\' && (quote === '' || (quote === '"' && /["\\]/.test(line[at + 1] ?? ''))))
      text += line[++at] ?? '';
    else text += char;
  }
  if (quote) throw problem({ ...position, column: position.column + start }, 'this quote is never closed');
  end();
  return found;
};
