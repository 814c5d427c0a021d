import type { Identity, Reply, Script } from '../transport.ts';
import type { FakeHost } from './fake.ts';
import { fakeReply } from './fake.ts';

/** One thing that a scripted host knows: scripts that contain or match `when` are answered by `reply`. */
export interface Rule {
  readonly when: string | RegExp;
  readonly reply: Reply | string | ((script: Script, identity: Identity) => Reply | string);
  /** How often it answers before it is used up; without limit when absent. */
  readonly times?: number | undefined;
}

/**
 * A host that answers by rules, the first that fits, and fails loudly on what no rule foresees. `asked` is what it was
 * sent, in order; `unused` the rules that nothing has asked for.
 */
export class ScriptedHost implements FakeHost {
  readonly latencyMs: number | undefined;
  readonly asked: { readonly script: Script; readonly identity: Identity }[] = [];
  readonly files = new Map<string, { readonly content: Uint8Array; readonly mode: string }>();
  readonly #rules: { readonly rule: Rule; used: number }[];

  constructor(rules: readonly Rule[], latencyMs?: number) {
    this.#rules = rules.map((rule) => ({ rule, used: 0 }));
    this.latencyMs = latencyMs;
  }

  get unused(): Rule[] {
    return this.#rules.filter(({ used }) => used === 0).map(({ rule }) => rule);
  }

  answer(script: Script, identity: Identity): Reply {
    this.asked.push({ script, identity });
    const { text } = script.text;
    const found = this.#rules.find(
      ({ rule, used }) =>
        (rule.times === undefined || used < rule.times) &&
        (typeof rule.when === 'string' ? text.includes(rule.when) : rule.when.test(text)),
    );
    if (!found) throw new Error(`the fake host was not told what to answer to:\n${text}`);
    found.used++;
    const { reply } = found.rule;
    const said = typeof reply === 'function' ? reply(script, identity) : reply;
    return typeof said === 'string' ? fakeReply(said) : said;
  }

  upload(content: Uint8Array, path: string, mode: string): void {
    this.files.set(path, { content, mode });
  }

  download(path: string): Uint8Array {
    const file = this.files.get(path);
    if (!file) throw new Error(`the fake host has no file ${path}`);
    return file.content;
  }
}
