import { encode } from '../../util/bytes.ts';
import type { Script, ShellFunction } from '../transport.ts';
import { joinShell, type ShellText, sh } from './quote.ts';

/** What a message needs to know of the shell that it goes to. */
export interface MessageContext {
  readonly nonce: string;
  readonly shell: string;
  /** The scratch folder on the host. */
  readonly folder: string;
  /** Counts the messages of this shell; names of files and marks begin with it. */
  readonly number: number;
  /** Functions that the host has already, by name; the message adds those that it brings. */
  readonly defined: Map<string, { readonly text: string; readonly file: string }>;
}

/** A `dd` takes one frame at once; more would be as much memory on the host. */
const frameLimit = 1 << 20;

/** Whether a script runs in a session of its own, with pipes for its output. The others share the worker's. */
export const hasOwnSession = (script: Script): boolean =>
  script.ownSession ?? (script.timeoutMs !== undefined || script.onOutput !== undefined);

/** The mark that tells the scripts of all messages apart. */
export const scriptId = (number: number, index: number): string => `${number}.${index}`;

/**
 * The bytes of one message: files first (functions, standard inputs, scripts of their own session), then the calls, then
 * `go`. Throws RangeError for a NUL byte in a script and for a name that no shell takes for a variable.
 */
export const encodeMessage = (scripts: readonly Script[], context: MessageContext): Uint8Array[] => {
  const { nonce, folder, number } = context;
  const frames: Uint8Array[] = [];
  const calls: ShellText[] = [...newFunctions(scripts, context, frames), sh`kb_now\nkb_t=$kb_u`];
  const together = questionsOf(scripts, `${folder}/${number}.`);
  let collected: string[] = [];
  const flush = (): void => {
    if (collected.length === 0) return;
    calls.push(sh`exec 6>&- 7>&-\ncat ${collected.flatMap((id) => [`${folder}/${id}.o`, `${folder}/${id}.e`])} >&4`);
    collected = [];
  };
  scripts.forEach((script, index) => {
    const id = scriptId(number, index);
    const stdin = script.stdin?.length ? `${folder}/${id}.i` : '/dev/null';
    if (index === together.before) calls.push(...together.asked);
    if (script.stdin?.length) frames.push(...fileFrames(`${id}.i`, script.stdin));
    if (hasOwnSession(script)) {
      flush();
      frames.push(...fileFrames(`${id}.r`, encode(ownScript(script, id, context).text)));
      calls.push(sh`kb_own ${nonce} ${id} ${stdin} ${context.shell}`);
    } else {
      calls.push(sharedCall(script, id, stdin, context));
      collected.push(id);
    }
  });
  flush();
  calls.push(...together.forgotten, sh`rm -f ${folder}/${String(number)}.*`);
  const name = `${number}.m`;
  frames.push(...fileFrames(name, encode(joinShell(calls).text)), header(`g ${name}`));
  return frames;
};

/** The frames that make a file in the scratch folder, or that append to what `verb` names. */
export const fileFrames = (name: string, content: Uint8Array, verb = 'f'): Uint8Array[] => {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += frameLimit) {
    const piece = content.subarray(at, at + frameLimit);
    frames.push(header(`${verb} ${piece.length} ${name}`.trimEnd()), piece);
  }
  return frames;
};

export const header = (line: string): Uint8Array => Buffer.from(`${line}\n`, 'latin1');

/** The shell goes through the answers one by one: among more of them, an answer takes as long to find as to ask for. */
const mostWords = 250;

/** What the scripts' batches come to: calls before the first script that asks, by its index, and when all have been told. */
const questionsOf = (scripts: readonly Script[], prefix: string) => {
  // A script in a session of its own would not see the answers.
  const asks = (script: Script): boolean => script.batches !== undefined && !hasOwnSession(script);
  const batches = new Map<ShellFunction, Set<string>>();
  for (const { fn, words } of scripts.filter(asks).flatMap((script) => script.batches ?? [])) {
    const all = batches.get(fn) ?? new Set();
    for (const word of words) if (all.size < mostWords) all.add(noNul(word));
    batches.set(fn, all);
  }
  return {
    before: scripts.findIndex(asks),
    asked: [...batches].map(([{ name }, words]) => sh`${name} ${`${prefix}${name}.`} ${[...words]} 3<&- 4>&- 5>&-`),
    forgotten: [...batches.keys()].map(({ name }) => sh`${name}`),
  };
};

const sharedCall = (script: Script, id: string, stdin: string, { nonce, folder }: MessageContext): ShellText => {
  const [out, err] = [`${folder}/${id}.o`, `${folder}/${id}.e`];
  return sh`exec 6>>${out} 7>>${err}
( echo ${nonce} o ${id}; echo ${nonce} e ${id} >&2
${exports(script)}eval ${noNul(script.text.text)} ) >&6 2>&7 <${stdin} 3<&- 4>&- 5>&- 6>&- 7>&-
kb_over ${nonce} ${id} $?`;
};

const ownScript = (script: Script, id: string, { folder, defined }: MessageContext): ShellText => {
  const files = new Set(functionsOf([script]).map((fn) => defined.get(fn.name)?.file as string));
  return joinShell([
    sh`echo ${id} $$ >${folder}/group`,
    ...[...files].map((file) => sh`. ${folder}/${file}`),
    sh`${exports(script)}eval ${noNul(script.text.text)}`,
  ]);
};

const exports = (script: Script): ShellText => {
  const entries = Object.entries(script.environment ?? {});
  const wrong = entries.find(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong) throw new RangeError(`'${wrong[0]}' cannot be the name of an environment variable`);
  return joinShell(
    entries.map(([name, value]) => sh`export ${name}=${noNul(value)}\n`),
    '',
  );
};

const noNul = (text: string): string => {
  if (text.includes('\0')) throw new RangeError('a script cannot hold a NUL byte; give it as standard input');
  return text;
};

/** A frame with the functions that the host has not got yet, and the call that reads it. */
const newFunctions = (scripts: readonly Script[], context: MessageContext, frames: Uint8Array[]): ShellText[] => {
  const fresh = functionsOf(scripts).filter((fn) => context.defined.get(fn.name)?.text !== fn.text);
  if (fresh.length === 0) return [];
  const file = `fn.${context.number}`;
  for (const fn of fresh) context.defined.set(fn.name, { text: fn.text, file });
  frames.push(...fileFrames(file, encode(`${fresh.map((fn) => fn.text).join('\n')}\n`)));
  return [sh`. ${context.folder}/${file}`];
};

/** The functions that scripts call, and those that these need, each once. */
const functionsOf = (scripts: readonly Script[]): ShellFunction[] => {
  const found = new Set<ShellFunction>();
  const add = (fn: ShellFunction): void => {
    if (found.has(fn)) return;
    found.add(fn);
    fn.needs?.forEach(add);
  };
  for (const script of scripts) {
    script.functions?.forEach(add);
    script.batches?.forEach(({ fn }) => {
      add(fn);
    });
  }
  return [...found];
};
