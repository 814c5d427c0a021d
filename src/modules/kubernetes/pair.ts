import { joinShell, ShellText, sh } from '../../transport/shell/quote.ts';
import type { Look } from '../module.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { closeTemp, openTemp, takeContent } from '../shell/replace-file.ts';

/** A certificate and its key as they lie on a host; undefined where a file is absent. */
export interface PairOnHost {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export const lookAtPair = (path: string, keyPath: string): Look<PairOnHost> => ({
  script: {
    functions: [put, fail],
    text: sh`if [ -e ${path} ]; then kb_put certificate "$(cat -- ${path})" || kb_fail ${`${path} can't be read`}; fi
if [ -e ${keyPath} ]; then kb_put key "$(cat -- ${keyPath})" || kb_fail ${`${keyPath} can't be read`}; fi`,
  },
  parse: (reply) => {
    const { fields } = readRecords(reply);
    const text = (name: string) => (fields.has(name) ? `${fields.get(name)}\n` : undefined);
    return { certificate: text('certificate'), key: text('key') };
  },
});

interface FileToWrite {
  readonly path: string;
  readonly content: string;
  readonly mode: string;
}

/**
 * Writes several files of root's, each whole at every moment, and none before all have arrived: a certificate is never left with
 * another's key but for the instant between two renames.
 */
export const writeFiles = (files: readonly FileToWrite[]) => ({
  functions: [fail, put, openTemp, takeContent, closeTemp],
  stdin: Buffer.concat(files.map(({ content }) => Buffer.from(content))),
  text: joinShell([
    ...files.map(({ path, content }, i) => arrive(path, Buffer.byteLength(content), i)),
    ...files.map(({ path, mode }, i) => sh`kb_tmp=$${variable(i)}; kb_mode=; kb_close ${path} '' '' ${mode} 0`),
  ]),
});

const arrive = (path: string, size: number, i: number): ShellText =>
  sh`mkdir -p -- "$(dirname -- ${path})" || exit 1
kb_open ${path}; kb_take ${size}; ${variable(i)}=$kb_tmp`;

/** The shell variable that remembers the i-th file that has arrived. */
const variable = (i: number): ShellText => new ShellText(`kb_arrived_${i}`);
