import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Value } from '../../template/values.ts';
import { encode } from '../../util/bytes.ts';
import { asText, jsonText } from '../coerce.ts';
import { type Arguments, defineModule, type HostModule, type ModuleContext, ModuleFailure } from '../module.ts';
import { flag, needed, text } from '../read.ts';
import { attributeOptions, readAttributes } from './attributes.ts';
import { applyRemote, lookRemote, planRemote, type RemoteFound, type RemoteWanted } from './copy-remote.ts';
import { applyTree, lookTree, planTree, readTree, type TreeFound, type TreeWanted } from './copy-tree.ts';
import { readMode } from './mode.ts';
import { validateOption } from './validate.ts';
import { applyWrite, lookWrite, planWrite, type WriteFound, type WriteWanted } from './write-file.ts';

type Wanted =
  | { readonly kind: 'file'; readonly file: WriteWanted }
  | { readonly kind: 'tree'; readonly tree: TreeWanted }
  | { readonly kind: 'remote'; readonly remote: RemoteWanted };
type Found = WriteFound | TreeFound | RemoteFound;

/** Copies a file or a directory of the controller, a text, or what is on the host already, to a path of the host. */
export const copy: HostModule = defineModule<Wanted, Found>({
  name: 'copy',
  aliases: ['ansible.windows.win_copy'],
  summary: 'Copy files to the host',
  options: {
    src: { type: 'path', description: 'The file or directory to copy; with a / at its end, what is in the directory.' },
    content: { type: 'raw', description: 'The content itself; what is no text is written as JSON.' },
    dest: { type: 'path', required: true, description: 'Where to copy it.' },
    remote_src: { type: 'bool', default: false, description: 'Whether src is on the host.' },
    force: { type: 'bool', default: true, aliases: ['thirsty'], description: 'Whether to replace what is there.' },
    backup: { type: 'bool', default: false, description: 'Whether to keep what was there.' },
    directory_mode: { type: 'raw', description: 'The mode of directories that are made.' },
    follow: { type: 'bool', default: false, description: 'Whether to follow a link at dest.' },
    local_follow: {
      type: 'bool',
      default: true,
      description: 'Whether to follow links in a directory that is copied.',
    },
    checksum: { type: 'str', description: 'The SHA-1 that the copy must have.' },
    decrypt: { type: 'bool', default: true, description: 'Whether a file of the vault is decrypted.' },
    validate: validateOption,
    ...attributeOptions,
  },
  prepare: (args, context) => prepare(args, context),
  look: (wanted, context) => {
    if (wanted.kind === 'file') return lookWrite(wanted.file, context);
    return wanted.kind === 'tree' ? lookTree(wanted.tree) : lookRemote(wanted.remote);
  },
  plan: (wanted, found, context) => {
    if (wanted.kind === 'file') return planWrite(wanted.file, found as WriteFound, context);
    if (wanted.kind === 'tree') return planTree(wanted.tree, found as TreeFound);
    return planRemote(wanted.remote, found as RemoteFound, context);
  },
  apply: (wanted, found) => {
    if (wanted.kind === 'file') return applyWrite(wanted.file, found as WriteFound);
    if (wanted.kind === 'tree') return applyTree(wanted.tree, found as TreeFound);
    return applyRemote(wanted.remote, found as RemoteFound);
  },
});

const prepare = (args: Arguments, context: ModuleContext): Wanted => {
  const src = text(args, 'src');
  const content = args.get('content') ?? undefined;
  const dest = needed(args, 'dest');
  if (src !== undefined && content !== undefined) throw new ModuleFailure('src and content are mutually exclusive');
  if (src === undefined && content === undefined) throw new ModuleFailure('src (or content) is required');
  if (content !== undefined && dest.endsWith('/')) throw new ModuleFailure('can not use content with a dir as dest');
  const preserve = args.get('mode') === 'preserve';
  const attributes = readAttributes(preserve ? new Map([...args].filter(([name]) => name !== 'mode')) : args);
  const shared = {
    dest,
    attributes,
    directoryMode: readMode(args.get('directory_mode')),
    backup: flag(args, 'backup'),
    force: flag(args, 'force'),
    follow: flag(args, 'follow'),
    validate: text(args, 'validate'),
    checksum: text(args, 'checksum'),
  };
  if (flag(args, 'remote_src') && src !== undefined) return { kind: 'remote', remote: { ...shared, src, preserve } };
  if (content !== undefined) {
    const bytes = encodeContent(content);
    return { kind: 'file', file: { ...shared, content: bytes, name: undefined, source: undefined } };
  }
  const path = context.findFile('files', src as string);
  const local = statSync(path);
  if (local.isDirectory()) {
    const inside = (src as string).endsWith('/');
    const entries = readTree(path, flag(args, 'local_follow'));
    return {
      kind: 'tree',
      tree: {
        ...shared,
        source: inside ? `${path.replace(/\/$/, '')}/` : path,
        inside,
        entries,
        preserve,
        read: (file) => context.readFile(file, flag(args, 'decrypt')),
      },
    };
  }
  const kept = preserve ? { ...attributes, mode: local.mode & 0o7777 } : attributes;
  return {
    kind: 'file',
    file: {
      ...shared,
      attributes: kept,
      content: context.readFile(path, flag(args, 'decrypt')),
      name: basename(path),
      source: path,
    },
  };
};

const encodeContent = (content: Value): Uint8Array =>
  encode(content instanceof Map || Array.isArray(content) ? jsonText(content) : asText(content));
