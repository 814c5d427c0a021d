import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Diagnostic } from '../util/diagnostic.ts';
import { formatPosition, type Position } from '../util/position.ts';

export interface PrintOptions {
  /** Paths below it are shown relative to it. */
  readonly cwd: string;
  readonly style?: DiagnosticStyle | undefined;
  /** A file's text; undefined where it must not or can't be shown (a vaulted file). */
  readonly read?: ((file: string) => string | undefined) | undefined;
}

/** How the parts look on a terminal; plain text without it. */
export interface DiagnosticStyle {
  error(text: string): string;
  warning(text: string): string;
  place(text: string): string;
  dim(text: string): string;
}

/**
 * All diagnostics as text, in the order of files and lines, each with its line, a caret under what is wrong, where it came
 * from and what to do. Equal ones are printed once.
 */
export const printDiagnostics = (diagnostics: readonly Diagnostic[], options: PrintOptions): string => {
  const printed = new Set<string>();
  for (const diagnostic of sorted(diagnostics)) printed.add(printOne(diagnostic, options));
  return [...printed].join('\n');
};

const sorted = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const files = [...new Set(diagnostics.map(({ position }) => position?.file))];
  return [...diagnostics].sort(
    (a, b) =>
      files.indexOf(a.position?.file) - files.indexOf(b.position?.file) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
};

const printOne = (diagnostic: Diagnostic, options: PrintOptions): string => {
  const style = options.style ?? plain;
  const { severity, message, position, hint, trace } = diagnostic;
  const shown = position && position.file !== '<none>' ? position : undefined;
  const head = severity === 'error' ? style.error('error') : style.warning('warning');
  const lines = [`${shown ? `${style.place(place(shown, options.cwd))}: ` : ''}${head}: ${message}`];
  if (shown) lines.push(...excerpt(shown, diagnostic.length ?? 1, options, style));
  for (const { label, position: from } of trace ?? [])
    lines.push(`  ${style.dim(`${label} ${place(from, options.cwd)}`)}`);
  if (hint) lines.push(...hint.split('\n').map((line, index) => `  ${index === 0 ? '→ ' : '  '}${line}`));
  return `${lines.join('\n')}\n`;
};

const place = (position: Position, cwd: string): string => {
  const near = relative(cwd, position.file);
  return formatPosition({ ...position, file: near === '' || near.startsWith('..') ? position.file : near });
};

/** The line and the caret; a long line is cut around the place. */
const excerpt = (
  position: Position,
  length: number,
  options: PrintOptions,
  style: DiagnosticStyle,
): readonly string[] => {
  const text = (options.read ?? readFile)(position.file);
  const line = text?.split(/\r?\n/)[position.line - 1];
  if (line === undefined || text?.startsWith('$ANSIBLE_VAULT;')) return [];
  const start = position.column - 1;
  const cut = Math.max(0, start - 80);
  const visible = `${cut > 0 ? '…' : ''}${line.slice(cut, cut + 140)}${line.length > cut + 140 ? '…' : ''}`;
  const number = String(position.line);
  const caret = Math.max(1, Math.min(length, line.length - start, 140));
  // A tab stays a tab under itself, so that the caret stands right whatever its width.
  const indent = (cut > 0 ? '…' : '') + line.slice(cut, start);
  return [
    `  ${style.dim(`${number} |`)} ${visible}`,
    `  ${style.dim(`${' '.repeat(number.length)} |`)} ${indent.replace(/[^\t]/g, ' ')}${style.error('^'.repeat(caret))}`,
  ];
};

const readFile = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const identity = (text: string): string => text;
const plain: DiagnosticStyle = { error: identity, warning: identity, place: identity, dim: identity };
