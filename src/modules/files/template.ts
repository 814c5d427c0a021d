import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Value } from '../../template/values.ts';
import { encode } from '../../util/bytes.ts';
import { type Arguments, defineModule, type ModuleContext, ModuleFailure } from '../module.ts';
import { flag, needed, text } from '../read.ts';
import { attributeOptions, readAttributes } from './attributes.ts';
import { validateOption } from './validate.ts';
import { applyWrite, lookWrite, planWrite, type WriteFound, type WriteWanted } from './write-file.ts';

const mark = (what: string) => ({ type: 'str', description: `What ${what}, instead of Jinja2's own.` }) as const;

/** Renders a template of the role on the controller, and copies what comes out to the host. */
export const template = defineModule<WriteWanted, WriteFound>({
  name: 'template',
  aliases: ['ansible.windows.win_template'],
  summary: 'Render a template to a file of the host',
  options: {
    src: { type: 'path', required: true, description: 'The template: a path, or a name in templates/.' },
    dest: { type: 'path', required: true, description: 'Where the result goes.' },
    backup: { type: 'bool', default: false, description: 'Whether to keep what was there.' },
    force: { type: 'bool', default: true, description: 'Whether to replace what is there.' },
    follow: { type: 'bool', default: false, description: 'Whether to follow a link at dest.' },
    newline_sequence: {
      type: 'str',
      default: '\n',
      choices: ['\n', '\r', '\r\n', '\\n', '\\r', '\\r\\n'],
      description: 'What ends a line of the result.',
    },
    block_start_string: mark('begins a block'),
    block_end_string: mark('ends a block'),
    variable_start_string: mark('begins an expression'),
    variable_end_string: mark('ends an expression'),
    comment_start_string: mark('begins a comment'),
    comment_end_string: mark('ends a comment'),
    trim_blocks: { type: 'bool', default: true, description: 'Whether the line end behind a block is dropped.' },
    lstrip_blocks: { type: 'bool', default: false, description: 'Whether blanks before a block are dropped.' },
    output_encoding: { type: 'str', default: 'utf-8', description: 'The encoding of the result.' },
    validate: validateOption,
    ...attributeOptions,
  },
  prepare: (args, context) => prepare(args, context),
  look: lookWrite,
  plan: planWrite,
  apply: (wanted, found) => applyWrite(wanted, found as WriteFound),
});

const prepare = (args: Arguments, context: ModuleContext): WriteWanted => {
  const path = context.findFile('templates', needed(args, 'src'));
  const rendered = context.renderFile(path, renderOptions(args));
  const preserve = args.get('mode') === 'preserve';
  const attributes = readAttributes(preserve ? new Map([...args].filter(([name]) => name !== 'mode')) : args);
  return {
    dest: needed(args, 'dest'),
    content: encodeAs(rendered, text(args, 'output_encoding') ?? 'utf-8'),
    name: basename(path),
    source: path,
    attributes: preserve ? { ...attributes, mode: statSync(path).mode & 0o7777 } : attributes,
    directoryMode: undefined,
    backup: flag(args, 'backup'),
    force: flag(args, 'force'),
    follow: flag(args, 'follow'),
    validate: text(args, 'validate'),
    checksum: undefined,
  };
};

/** The options that change how a template is rendered, under the names that the module has for them. */
const renderOptions = (args: Arguments): ReadonlyMap<string, Value> => {
  const options = new Map<string, Value>();
  for (const name of renderNames) {
    const value = args.get(name);
    if (value === undefined) continue;
    options.set(name, typeof value === 'string' ? value.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : value);
  }
  return options;
};

const renderNames = [
  'newline_sequence',
  'block_start_string',
  'block_end_string',
  'variable_start_string',
  'variable_end_string',
  'comment_start_string',
  'comment_end_string',
  'trim_blocks',
  'lstrip_blocks',
] as const;

const encodeAs = (rendered: string, encoding: string): Uint8Array => {
  const name = encoding.toLowerCase().replace(/[-_ ]/g, '');
  if (name === 'utf8') return encode(rendered);
  if (name === 'latin1' || name === 'iso88591' || name === 'ascii' || name === 'usascii') {
    const highest = name.includes('ascii') ? 0x7f : 0xff;
    const wrong = [...rendered].find((char) => (char.codePointAt(0) as number) > highest);
    if (wrong !== undefined)
      throw new ModuleFailure(`the rendered template has '${wrong}', which ${encoding} cannot hold`);
    return Buffer.from(rendered, 'latin1');
  }
  if (name === 'utf16le' || name === 'ucs2') return Buffer.from(rendered, 'utf16le');
  throw new ModuleFailure(
    `output_encoding ${encoding} is not known here; there are utf-8, ascii, latin-1 and utf-16-le`,
  );
};
