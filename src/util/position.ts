/** A place in a file that a person wrote. Line and column count from 1, as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, the form that terminals and editors turn into a link. */
export const formatPosition = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** Finds a text's character in the file, where the file writes the text with quotes, escapes, folds or indentation. */
type Locate = (offset: number) => Position;

const layouts = new WeakMap<Position, Locate>();

/** Remembers how the text that begins at `start` is laid out in its file, for `positionWithin`. */
export const rememberLayout = (start: Position, locate: Locate): void => {
  layouts.set(start, locate);
};

/**
 * Where the character at `offset` of `text` stands, when the text begins at `start`: exact for a scalar of a YAML file in any
 * style (pass the very Position object that came with the value), and counted by newlines for a text that is its own file.
 */
export const positionWithin = (start: Position, text: string, offset: number): Position => {
  const locate = layouts.get(start);
  if (locate) return locate(offset);
  const before = text.slice(0, offset);
  const lines = before.split('\n').length - 1;
  return {
    file: start.file,
    line: start.line + lines,
    column: lines === 0 ? start.column + offset : offset - before.lastIndexOf('\n'),
  };
};
