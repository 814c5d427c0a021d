import { relative } from 'node:path';
import { toJson } from '../inventory/list.ts';
import { Opaque, Template, type Value, Vaulted } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { formatPosition, type Position } from '../util/position.ts';
import type { Origin, Variables } from './variables.ts';

/**
 * Which value a host's variable has, the file and line that it comes from, and what it overrode, strongest first. Vaulted values
 * are not shown. Throws a UserError where nothing sets the variable.
 */
export const explainVariable = (variables: Variables, host: string, name: string, cwd: string): string => {
  const [winner, ...others] = variables.origin(host, name);
  if (!winner) {
    const meant = nearest(name, variables.names(host));
    throw new UserError({
      severity: 'error',
      message: `nothing in the inventory sets ${name} for ${host}`,
      hint: meant ? `did you mean ${meant}?` : 'a play, a role or a task may still set it',
    });
  }
  const rows = [['is', winner] as const, ...others.map((origin) => ['over', origin] as const)].map(([word, origin]) => [
    word,
    show(origin.value),
    origin.layer,
    place(origin, cwd),
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.min(48, Math.max(...rows.map((row) => (row[column] as string).length))),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${name} of ${host}`, ...lines.map((line) => `  ${line}`)].join('\n');
};

const place = ({ position, level }: Origin, cwd: string): string => {
  const rank = level > 22 ? 'above all levels' : `level ${level}`;
  return position ? `${rank}  ${formatPosition(near(position, cwd))}` : rank;
};

const near = (position: Position, cwd: string): Position => {
  const path = relative(cwd, position.file);
  return { ...position, file: path.startsWith('..') ? position.file : path };
};

const show = (value: Value): string => {
  if (value instanceof Vaulted) return '(vaulted)';
  if (value instanceof Template) return value.source;
  if (value instanceof Opaque) return `(${value.typeName})`;
  const text = JSON.stringify(toJson(value));
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
};
