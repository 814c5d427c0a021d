import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { sh } from '../../transport/shell/quote.ts';
import { asText } from '../coerce.ts';
import { defineModule, type ModuleContext, ModuleFailure, type Plan } from '../module.ts';
import { flag, needed, result } from '../read.ts';
import { sum } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';
import { hash } from './write-file.ts';

interface Wanted {
  readonly src: string;
  readonly dest: string;
  readonly flat: boolean;
  readonly failOnMissing: boolean;
}

interface Found {
  readonly src: string;
  readonly problem: string | undefined;
  readonly sha1: string | undefined;
}

/** Copies a file of the host to the controller: below `dest` under the host's name and the whole path, or flat. */
export const fetch = defineModule<Wanted, Found>({
  name: 'fetch',
  summary: 'Copy a file of the host to the controller',
  options: {
    src: { type: 'path', required: true, description: 'The file on the host.' },
    dest: { type: 'path', required: true, description: 'The directory on the controller; the file itself where flat.' },
    flat: {
      type: 'bool',
      default: false,
      description: "Whether dest is the file's own path, or ends in / for its directory.",
    },
    fail_on_missing: { type: 'bool', default: true, description: 'Whether a file that cannot be read fails the task.' },
    validate_checksum: { type: 'bool', default: true, description: 'Whether the copy is compared with the file.' },
  },
  prepare: (args, context) => ({
    src: needed(args, 'src'),
    dest:
      resolve(asText(context.variable('playbook_dir') ?? '.'), needed(args, 'dest')) +
      (needed(args, 'dest').endsWith('/') ? '/' : ''),
    flat: flag(args, 'flat'),
    failOnMissing: flag(args, 'fail_on_missing'),
  }),
  look: ({ src }) => ({
    script: {
      text: sh`kb_path=${remotePath(src)}
kb_put src "$kb_path"
if [ -d "$kb_path" ]; then kb_put problem "remote file is a directory, fetch cannot work on directories"
elif [ ! -e "$kb_path" ]; then kb_put problem "the remote file does not exist, not transferring, ignored"
elif [ ! -r "$kb_path" ]; then kb_put problem "no read permission on remote file, not transferring, ignored"
else kb_put sha1 "$(kb_sum sha1 "$kb_path")"
fi`,
      functions: [put, home, sum],
    },
    parse: (reply) => {
      const { fields } = readRecords(reply);
      return { src: fields.get('src') as string, problem: fields.get('problem'), sha1: fields.get('sha1') };
    },
  }),
  plan: (wanted, found, context) => planFetch(wanted, found as Found, context),
  apply: (wanted, found, plan) => ({
    script: { text: sh`exec cat -- ${(found as Found).src}` },
    finish: (reply) => {
      if (reply.code !== 0)
        throw new ModuleFailure(`reading ${wanted.src} failed: ${Buffer.from(reply.stderr).toString()}`);
      const dest = asText(plan.result.get('dest') ?? '');
      mkdirSync(dirname(dest), { recursive: true });
      const beside = `${dest}.k8s-bm-${process.pid}`;
      writeFileSync(beside, reply.stdout);
      renameSync(beside, dest);
      const sums = { checksum: hash('sha1', reply.stdout), md5sum: hash('md5', reply.stdout) };
      return result({
        changed: true,
        file: (found as Found).src,
        ...sums,
        dest,
        remote_checksum: (found as Found).sha1,
        remote_md5sum: null,
      });
    },
  }),
});

const planFetch = (wanted: Wanted, found: Found, context: ModuleContext): Plan => {
  if (found.problem !== undefined) {
    if (wanted.failOnMissing) throw new ModuleFailure(found.problem);
    return { outcome: 'nothing', changes: [], result: result({ changed: false, file: found.src, msg: found.problem }) };
  }
  const dest = destination(wanted, found, context);
  const local = statSync(dest, { throwIfNoEntry: false });
  const bytes = local?.isFile() ? readFileSync(dest) : undefined;
  const sha1 = bytes && hash('sha1', bytes);
  if (bytes && sha1 === found.sha1) {
    const same = { changed: false, checksum: sha1, dest, file: found.src, md5sum: hash('md5', bytes) };
    return { outcome: 'nothing', changes: [], result: result(same) };
  }
  const change = { what: `${dest} on the controller`, before: sha1 ?? null, after: found.sha1 ?? null };
  return { outcome: 'change', changes: [change], result: result({ changed: true, dest, remote_checksum: found.sha1 }) };
};

const destination = ({ dest, flat }: Wanted, found: Found, context: ModuleContext): string => {
  if (!flat) return join(dest, asText(context.variable('inventory_hostname') ?? 'localhost'), found.src);
  if (dest.endsWith('/')) return join(dest, basename(found.src));
  if (statSync(dest, { throwIfNoEntry: false })?.isDirectory())
    throw new ModuleFailure(
      'dest is an existing directory, use a trailing slash if you want to fetch src into that directory',
      [['dest', dest]],
    );
  return dest;
};
