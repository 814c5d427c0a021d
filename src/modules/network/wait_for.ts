import { compileRegex } from '../../template/python/regex.ts';
import type { Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Arguments, defineModule, ModuleFailure, type Result } from '../module.ts';
import { number, result, text, texts } from '../read.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';
import { formatMode, readStat, stat } from '../shell/stat.ts';
import { procForms, tcpStates } from './socket-address.ts';
import { connections, tcpProbe, tcpRead } from './tcp-probe.ts';

interface Wanted {
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly state: 'present' | 'started' | 'absent' | 'stopped' | 'drained';
  readonly regex: { readonly source: string; readonly compiled: RegExp } | undefined;
  readonly delay: number;
  readonly timeout: number;
  readonly sleep: number;
  readonly connectTimeout: number;
  readonly msg: string | undefined;
  readonly states: readonly string[];
  readonly exclude: readonly string[];
}

/** Waits for a port, a file or text in either. Behaviour and return values after the documentation of ansible.builtin.wait_for. */
export const wait_for = defineModule<Wanted, undefined>({
  name: 'wait_for',
  summary: 'Waits until a condition holds on the host',
  observes: 'world',
  options: {
    host: { description: 'The host to connect to, as seen from the host.', type: 'str', default: '127.0.0.1' },
    port: { description: 'The port.', type: 'int' },
    path: { description: 'A file.', type: 'path' },
    state: {
      description: 'What is waited for.',
      type: 'str',
      choices: ['absent', 'drained', 'present', 'started', 'stopped'],
      default: 'started',
    },
    search_regex: { description: 'Text in the file, or in what the server says first.', type: 'str' },
    delay: { description: 'Seconds before the first try.', type: 'int', default: 0 },
    timeout: { description: 'Seconds in all.', type: 'int', default: 300 },
    sleep: { description: 'Seconds between tries.', type: 'int', default: 1 },
    connect_timeout: { description: 'Seconds for one connection.', type: 'int', default: 5 },
    msg: { description: 'The message when the time is over.', type: 'str' },
    active_connection_states: {
      description: 'States of connections that count as active.',
      type: 'list',
      elements: 'str',
      default: ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'SYN_RECV', 'SYN_SENT', 'TIME_WAIT'],
    },
    exclude_hosts: { description: 'Hosts whose connections do not count.', type: 'list', elements: 'str' },
  },
  prepare: (args) => readWanted(args),
  plan: () => ({ outcome: 'act', changes: [], result: result({ changed: false }) }),
  apply: (wanted) => attempt(wanted, Date.now(), wanted.delay, ''),
});

const readWanted = (args: Arguments): Wanted => {
  const port = number(args, 'port');
  const path = text(args, 'path');
  const state = (text(args, 'state') ?? 'started') as Wanted['state'];
  const source = text(args, 'search_regex');
  const exclude = texts(args, 'exclude_hosts');
  const fail = (message: string): never => {
    throw new ModuleFailure(message, [['elapsed', 0]]);
  };
  if (port !== undefined && path !== undefined) fail('port and path parameter can not both be passed to wait_for');
  if (path !== undefined && state === 'stopped')
    fail('state=stopped should only be used for checking a port in the wait_for module');
  if (path !== undefined && state === 'drained')
    fail('state=drained should only be used for checking a port in the wait_for module');
  if (exclude.length > 0 && state !== 'drained') fail('exclude_hosts should only be with state=drained');
  const states = texts(args, 'active_connection_states');
  for (const each of states) {
    if (tcpStates[each] === undefined)
      fail(`unknown active_connection_state (${each}) defined; there are ${Object.keys(tcpStates).join(', ')}`);
  }
  return {
    host: text(args, 'host') ?? '127.0.0.1',
    port,
    path,
    state,
    regex: source === undefined ? undefined : { source, compiled: compile(source) },
    delay: number(args, 'delay') ?? 0,
    timeout: number(args, 'timeout') ?? 300,
    sleep: number(args, 'sleep') ?? 1,
    connectTimeout: number(args, 'connect_timeout') ?? 5,
    msg: text(args, 'msg'),
    states: states.map((each) => tcpStates[each] as string),
    exclude,
  };
};

/**
 * One script waits on the host until the condition holds or the time is over. Text is searched here, with one kind of
 * regular expression for every host: the script answers as soon as there is other text than last time.
 */
const attempt = (wanted: Wanted, began: number, delay: number, seen: string): Apply => {
  const spent = Math.floor((Date.now() - began) / 1000);
  const left = Math.max(0, wanted.timeout - spent);
  return {
    script: {
      functions: [put, home, stat, tcpProbe, tcpRead, connections],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`kb_tool=; kb_start=$(date +%s); ${delay > 0 ? sh`sleep ${delay}` : sh`:`}`,
        wanted.path === undefined && wanted.port === undefined ? sh`sleep ${left}; exit 0` : loop(wanted, left, seen),
      ]),
    },
    finish: (reply) => {
      const records = readRecords(reply);
      const elapsed = Math.floor((Date.now() - began) / 1000);
      const over = records.fields.has('over');
      if (records.fields.has('unable'))
        throw new ModuleFailure(
          `the host has nothing to try ${wanted.host}:${wanted.port} with: neither bash, nc, curl, python3 nor perl`,
          [['elapsed', elapsed]],
        );
      const content = records.content;
      if (wanted.regex !== undefined && content !== undefined) {
        wanted.regex.compiled.lastIndex = 0;
        const match = wanted.regex.compiled.exec(decode(content));
        if (match) return success(wanted, elapsed, reply, match);
        if (!over && elapsed < wanted.timeout)
          return attempt(wanted, began, wanted.sleep, records.fields.get('sum') ?? '');
      }
      if (over || (wanted.regex !== undefined && isAwaited(wanted))) throw timedOut(wanted, elapsed);
      return success(wanted, elapsed, reply, undefined);
    },
  };
};

const isAwaited = ({ state }: Wanted): boolean => state === 'started' || state === 'present';

/** Leaves the loop when the condition holds; `over` is told when the time is up first. */
const loop = (wanted: Wanted, left: number, seen: string): ShellText => sh`while :; do
  ${condition(wanted, seen)}
  if [ $(($(date +%s) - kb_start)) -ge ${left} ]; then kb_put over 1; break; fi
  sleep ${wanted.sleep}
done
${wanted.path === undefined ? sh`:` : sh`kb_stat '' ${remotePath(wanted.path)} -L`}
${wanted.regex === undefined ? sh`:` : sh`[ -z "\${kb_text:-}" ] || { kb_put sum "$kb_sum"; printf 'content=%s' "$kb_text"; }`}`;

const condition = (wanted: Wanted, seen: string): ShellText => {
  const { host, port, connectTimeout } = wanted;
  if (wanted.path !== undefined) {
    const path = remotePath(wanted.path);
    if (wanted.state === 'absent') return sh`[ -e ${path} ] || break`;
    if (wanted.regex === undefined) return sh`[ ! -e ${path} ] || break`;
    return changedText(sh`cat -- ${path} 2>/dev/null`, seen);
  }
  if (wanted.state === 'drained')
    return sh`kb_exclude=${wanted.exclude.flatMap(procForms).join(' ')}
  [ "$(kb_connections ${port as number} ${localForms(host).join(' ')} ${wanted.states.join(' ')})" != 0 ] || break`;
  const probe = sh`kb_tcp ${host} ${port as number} ${connectTimeout}; kb_code=$?
  [ $kb_code != 127 ] || { kb_put unable 1; break; }`;
  if (!isAwaited(wanted)) return sh`${probe}\n  [ $kb_code = 0 ] || break`;
  if (wanted.regex === undefined) return sh`${probe}\n  [ $kb_code != 0 ] || break`;
  return changedText(sh`kb_tcp_read ${host} ${port as number} ${Math.min(2, connectTimeout)}`, seen);
};

const changedText = (read: ShellText, seen: string): ShellText => sh`kb_text=$(${read}; printf .); kb_text=\${kb_text%.}
  kb_sum=$(printf %s "$kb_text" | md5sum 2>/dev/null)
  [ -z "$kb_text" ] || { [ -n "$kb_sum" ] && [ "$kb_sum" = ${seen} ]; } || break`;

/** `0.0.0.0` and names that are no addresses stand for every local address. */
const localForms = (host: string): string[] =>
  host === '0.0.0.0' || host === '::'
    ? []
    : [...procForms(host), ...(procForms(host).length > 0 ? ['00000000', '0'.repeat(32)] : [])];

const success = (
  wanted: Wanted,
  elapsed: number,
  reply: Parameters<Apply['finish']>[0],
  match: RegExpExecArray | undefined,
): Result => {
  const found = wanted.path === undefined ? undefined : readStat(readRecords(reply));
  const groups: Value[] = (match ?? []).slice(1).map((group) => group ?? null);
  return result({
    changed: false,
    elapsed,
    state: found ? found.type : wanted.state,
    port: wanted.port ?? null,
    path: wanted.path ?? null,
    search_regex: wanted.regex?.source ?? null,
    match_groups: groups,
    match_groupdict: new Map<Value, Value>(
      Object.entries(match?.groups ?? {}).map(([name, value]) => [name, value ?? null]),
    ),
    ...(found && {
      uid: found.uid,
      gid: found.gid,
      owner: found.user ?? String(found.uid),
      group: found.group ?? String(found.gid),
      mode: formatMode(found.mode),
      size: found.size,
    }),
  });
};

const timedOut = (wanted: Wanted, elapsed: number): ModuleFailure => {
  const { state, path, port, host, regex } = wanted;
  const where = path ?? `${host}:${port}`;
  const message =
    wanted.msg ??
    (state === 'drained'
      ? `Timeout when waiting for ${where} to drain`
      : state === 'absent' || state === 'stopped'
        ? `Timeout when waiting for ${where} to ${path === undefined ? 'stop' : 'be absent'}.`
        : regex !== undefined
          ? `Timeout when waiting for search string ${regex.source} in ${where}`
          : path !== undefined
            ? `Timeout when waiting for file ${path}`
            : `Timeout when waiting for ${where}`);
  return new ModuleFailure(message, [['elapsed', elapsed]]);
};

const compile = (source: string): RegExp => {
  try {
    return compileRegex(source, { multiline: true });
  } catch (error) {
    throw new ModuleFailure(`search_regex cannot be read: ${(error as Error).message}`);
  }
};
