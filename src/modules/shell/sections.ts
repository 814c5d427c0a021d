import type { ShellFunction } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';

/**
 * `kb_section NAME COMMAND…` runs a command and prints what it said in a form that cannot be mistaken for the next
 * section: a line `@NAME EXITCODE`, then every line of its output behind one space. Output and errors are told together,
 * trailing newlines are kept.
 */
export const kbSection: ShellFunction = {
  name: 'kb_section',
  text: `kb_section() {
  kb_section_name=$1; shift
  kb_section_out=$("$@" 2>&1; printf '\\n%s' "$?")
  printf '@%s %s\\n' "$kb_section_name" "\${kb_section_out##*
}"
  printf '%s\\n' "\${kb_section_out%
*}" | sed 's/^/ /'
}`,
};

export interface Section {
  readonly code: number;
  readonly text: string;
}

/** The sections of a reply by name; whatever stands before the first one is dropped. */
export const parseSections = (stdout: Uint8Array): ReadonlyMap<string, Section> => {
  const sections = new Map<string, Section>();
  for (const piece of `\n${decode(stdout)}`.split('\n@').slice(1)) {
    const [header, ...lines] = piece.split('\n') as [string, ...string[]];
    const gap = header.lastIndexOf(' ');
    while (lines.length > 0 && lines.at(-1) === '') lines.pop();
    const text = lines.map((line) => line.slice(1)).join('\n');
    sections.set(header.slice(0, gap), { code: Number(header.slice(gap + 1)), text });
  }
  return sections;
};

/** One section; an empty one that failed where the script did not come that far. */
export const sectionOf = (sections: ReadonlyMap<string, Section>, name: string): Section =>
  sections.get(name) ?? { code: 127, text: '' };
