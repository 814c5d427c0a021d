/** A place in a file that a person wrote. Line and column count from 1, as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, the form that terminals and editors turn into a link. */
export const formatPosition = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;
