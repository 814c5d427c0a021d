import { readFileSync } from 'node:fs';
import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';
import { requireFile } from './find-file.ts';
import { readTerm } from './options.ts';

const optionNames = ['file', 'delimiter', 'col', 'keycol', 'encoding', 'default'];

/** The column `col` of the row whose column `keycol` is the term. */
export const csvfile = plugin(
  "file='ansible.csv', delimiter='TAB', col='1', keycol=0, encoding='utf-8', default=None",
  (context, terms, file, delimiter, col, keycol, _encoding, fallback) =>
    (terms as Value[]).flatMap((term) => {
      const { text: key, options } = readTerm(term, optionNames, 'csvfile');
      const path = requireFile(context, options.get('file') ?? toText(file), ['files']);
      const by = options.get('delimiter') ?? toText(delimiter);
      const rows = readCsv(
        decode(context.surroundings.decryptFile(readFileSync(path))),
        by === 'TAB' || by === 't' ? '\t' : by,
      );
      const keyColumn = Number(options.get('keycol') ?? numeric(keycol) ?? 0);
      const row = rows.find((each) => each[keyColumn] === key);
      const value = row?.[Number(options.get('col') ?? toText(col))] ?? options.get('default') ?? fallback;
      return value === null ? [] : [value];
    }),
  { impure: true },
);

/** Rows of cells, with quotes around cells that hold the delimiter, line ends or doubled quotes. */
const readCsv = (text: string, delimiter: string): string[][] => {
  const rows: string[][] = [];
  let [row, cell, quoted] = [[] as string[], '', false];
  const end = (): void => {
    rows.push([...row, cell]);
    [row, cell] = [[], ''];
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      row.push(cell);
      cell = '';
    } else if (character === '\n') end();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || row.length > 0) end();
  return rows;
};
