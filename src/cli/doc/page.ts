/** One thing with a name that a page tells of: a setting, or an option of a module. */
export interface Entry {
  readonly name: string;
  /** What stands behind the name: its type, whether it is required, its default. */
  readonly facts: readonly string[];
  readonly text: string;
}

export interface Page {
  readonly title: string;
  readonly text: readonly string[];
  readonly entries: readonly Entry[];
}

/** A page for a terminal, its paragraphs filled to `width` columns. */
export const terminalPage = ({ title, text, entries }: Page, width: number): string =>
  [
    title,
    ...text.flatMap((paragraph) => ['', ...fill(paragraph, width, '  ')]),
    ...entries.flatMap((entry) => [
      '',
      `  ${[entry.name, ...entry.facts].join(' · ')}`,
      ...fill(entry.text, width, '      '),
    ]),
    '',
  ].join('\n');

/** The same page as Markdown, below a heading of level `level`. */
export const markdownPage = ({ title, text, entries }: Page, level: number): string =>
  [
    `${'#'.repeat(level)} ${title}`,
    ...text.flatMap((paragraph) => ['', paragraph]),
    ...(entries.length > 0 ? [''] : []),
    ...entries.map(
      ({ name, facts, text: what }) => `* \`${name}\`${facts.map((fact) => ` · ${fact}`).join('')}: ${what}`,
    ),
    '',
  ].join('\n');

const fill = (text: string, width: number, indent: string): string[] => {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.trim() !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
};
