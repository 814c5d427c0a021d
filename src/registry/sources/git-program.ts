import { PassThrough, type Readable } from 'node:stream';
import { execa } from 'execa';
import { UserError } from '../../util/diagnostic.ts';
import type { SourceOptions } from '../source.ts';

export interface GitCall {
  /** For a URL with these, and no other: handed over in the environment, where other users of the machine cannot look. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** The address they are for. */
  readonly url?: string | undefined;
  /** Without the user's own settings, for what must come out the same everywhere. */
  readonly bare?: boolean | undefined;
}

/** Milliseconds for one call of git; a stalled transfer over HTTP ends sooner. */
const timeLimit = 10 * 60_000;

/** What the user may have set to reach his servers; every other GIT_… would lead git elsewhere, or make it run things. */
const kept = new Set(['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH']);

/**
 * The system's git for addresses that others wrote: it asks nobody, runs no hooks, no submodules, no file system monitor and
 * no `ext::`, and finds no repository but the one it is told.
 */
export class GitProgram {
  readonly #options: SourceOptions;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** What git printed. Throws a UserError with git's own last words. */
  async run(args: readonly string[], call: GitCall = {}): Promise<string> {
    const done = await this.#start(args, call);
    if (done.exitCode === 0) return done.stdout;
    throw failure(done, call);
  }

  /** What git prints as it comes; the stream ends with a UserError where git fails. Git ends with the stream. */
  stream(args: readonly string[], call: GitCall = {}): Readable {
    const running = this.#start(args, call, false);
    const printed = new PassThrough();
    running.stdout?.pipe(printed, { end: false });
    printed.once('close', () => running.kill());
    running.then(
      (ended) => (ended.exitCode === 0 ? printed.end() : printed.destroy(failure(ended, call))),
      (error: Error) => printed.destroy(error),
    );
    return printed;
  }

  #start(args: readonly string[], call: GitCall, buffer = true) {
    const { signal } = this.#options;
    return execa('git', [...settings, ...args], {
      env: { ...this.#environment(call) },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
      maxBuffer: 64 * 1024 * 1024,
      buffer: { stdout: buffer, stderr: true },
      timeout: timeLimit,
      ...(signal ? { cancelSignal: signal } : {}),
    });
  }

  #environment({ credentials, url, bare }: GitCall): Record<string, string | undefined> {
    const { environment } = this.#options;
    const plain = Object.entries(environment).filter(([key]) => !key.startsWith('GIT_') || (kept.has(key) && !bare));
    return {
      ...Object.fromEntries(plain),
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      SSH_ASKPASS: 'false',
      SSH_ASKPASS_REQUIRE: 'force',
      GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
      GIT_PROTOCOL_FROM_USER: '0',
      GIT_HTTP_LOW_SPEED_LIMIT: '512',
      GIT_HTTP_LOW_SPEED_TIME: '30',
      ...(bare ? { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1' } : {}),
      ...(credentials && url ? helperFor(url, credentials) : {}),
    };
  }
}

const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'submodule.recurse=false', 'fetch.recurseSubmodules=false'],
  ...['protocol.ext.allow=never', 'credential.interactive=false', 'transfer.fsckObjects=true', 'gc.auto=0'],
  ...['maintenance.auto=false', 'advice.detachedHead=false', 'uploadpack.packObjectsHook='],
].flatMap((setting) => ['-c', setting]);

/** A credential helper (gitcredentials(7)) for one host, which reads from the environment what it answers. */
const helperFor = (url: string, { username, password }: { username: string; password: string }) => ({
  K8S_BM_GIT_USERNAME: username,
  K8S_BM_GIT_PASSWORD: password,
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'credential.helper',
  GIT_CONFIG_VALUE_0: '',
  GIT_CONFIG_KEY_1: `credential.${new URL(url).origin}.helper`,
  GIT_CONFIG_VALUE_1:
    '!f() { [ "$1" != get ] || printf "username=%s\\npassword=%s\\n" "$K8S_BM_GIT_USERNAME" "$K8S_BM_GIT_PASSWORD"; }; f',
});

interface Ended {
  readonly exitCode?: number | undefined;
  readonly stderr?: unknown;
  readonly code?: string | undefined;
  readonly timedOut: boolean;
}

/** What git and ssh say besides the reason. */
const besides = [
  /^fatal: Could not read from remote repository/,
  /^Please make sure you have the correct access rights/,
  /^and the repository exists/,
  /^warning: /i,
];

const failure = ({ stderr, code, timedOut }: Ended, { credentials }: GitCall): UserError => {
  if (code === 'ENOENT')
    return new UserError({ severity: 'error', message: 'git is not installed on this machine', hint: 'install git' });
  const lines = String(stderr ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const telling = lines.filter((line) => !besides.some((form) => form.test(line)));
  let said = (telling.length > 0 ? telling : lines).slice(-3).join('; ');
  for (const secret of credentials?.password ? [credentials.password, encodeURIComponent(credentials.password)] : [])
    said = said.replaceAll(secret, '********');
  said = said.replace(/:\/\/[^/\s@]*@/g, '://').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
  const why = timedOut
    ? `it did not end within ${timeLimit / 60_000} minutes`
    : said.slice(0, 600) || 'it says nothing';
  const hint = hints.find(([form]) => form.test(said))?.[1];
  return new UserError({ severity: 'error', message: `git: ${why}`, hint });
};

const hints: readonly (readonly [RegExp, string])[] = [
  [/Host key verification failed/, 'connect to it once with ssh, so that its key becomes known'],
  [
    /could not read (?:Username|Password)|Authentication failed|Permission denied/,
    'git asks nobody here: give it a key (ssh-agent) or a password (git config credential.helper)',
  ],
];
