import { sh } from '../../transport/shell/quote.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { needed, result } from '../read.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';

interface Found {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Reads a file of the host, and gives its content as base64. */
export const slurp = defineModule<string, Found>({
  name: 'slurp',
  summary: 'Read a file of the host',
  options: { src: { type: 'path', required: true, aliases: ['path'], description: 'The file.' } },
  prepare: (args) => needed(args, 'src'),
  look: (src) => ({
    script: {
      text: sh`kb_path=${remotePath(src)}
kb_put path "$kb_path"
if [ -d "$kb_path" ]; then kb_put error "Source is a directory and must be a file: $kb_path"; exit 1; fi
if [ ! -e "$kb_path" ]; then kb_put error "File not found: $kb_path"; exit 1; fi
if [ ! -r "$kb_path" ]; then kb_put error "File is not readable: $kb_path"; exit 1; fi
printf content=; cat -- "$kb_path"`,
      functions: [put, home],
    },
    parse: (reply) => {
      const { fields, content } = readRecords(reply);
      if (content === undefined) throw new ModuleFailure(`unable to slurp file ${src}`);
      return { path: fields.get('path') as string, content };
    },
  }),
  plan: (_, found) => ({
    outcome: 'nothing',
    changes: [],
    result: result({
      changed: false,
      content: Buffer.from(found?.content ?? []).toString('base64'),
      encoding: 'base64',
      source: found?.path,
    }),
  }),
});
