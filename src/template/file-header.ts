import { UserError } from '../util/diagnostic.ts';
import { fileSyntax, oneSyntax, type Syntax } from './syntax/delimiters.ts';
import type { TemplateFileOptions } from './templar.ts';

const header = /^#jinja2:([^\n]*)(?:\n|$)/;

const keys: Readonly<Record<string, keyof Syntax>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  newline_sequence: 'newlineSequence',
  keep_trailing_newline: 'keepTrailingNewline',
};

/** How a template file is to be read: the task's options, and over them the file's `#jinja2:` line, which is cut off. */
export const fileSyntaxOf = (
  text: string,
  options: TemplateFileOptions,
): { syntax: Syntax; body: string; line: number } => {
  const match = header.exec(text);
  const given = Object.entries({ ...chosen(options), ...(match ? parseHeader(match[1] as string, options.file) : {}) });
  const syntax = given.length === 0 ? fileSyntax : oneSyntax({ ...fileSyntax, ...Object.fromEntries(given) });
  return match ? { syntax, body: text.slice(match[0].length), line: 2 } : { syntax, body: text, line: 1 };
};

const chosen = ({ file: _, searchPath: __, ...options }: TemplateFileOptions): Partial<Syntax> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const parseHeader = (line: string, file: string): Partial<Syntax> => {
  const result: Record<string, string | boolean> = {};
  for (const [, key = '', value = ''] of line.matchAll(/(\w+)\s*:\s*('[^']*'|"[^"]*"|[^,\s]+)/g)) {
    const name = keys[key.toLowerCase()];
    if (!name) {
      throw new UserError({
        severity: 'error',
        message: `the header '#jinja2:' knows no '${key}'`,
        position: { file, line: 1, column: line.indexOf(key) + 9 },
        length: key.length,
        hint: `it takes ${Object.keys(keys).join(', ')}`,
      });
    }
    const text = value.replace(/^(['"])(.*)\1$/, '$2');
    if (name === 'trimBlocks' || name === 'lstripBlocks' || name === 'keepTrailingNewline') {
      result[name] = /^(true|yes|on|1)$/i.test(text);
    } else result[name] = name === 'newlineSequence' ? text.replace('\\r', '\r').replace('\\n', '\n') : text;
  }
  return result as Partial<Syntax>;
};
