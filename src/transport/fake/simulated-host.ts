import type { Connection, Identity, Reply, Script } from '../transport.ts';
import type { FakeHost } from './fake.ts';

/**
 * A host that is one real machine as often as is needed: each script is run once on `machine`, and its reply is given
 * from memory to every further host that asks the same. A bench of 200 hosts then measures the controller alone, with
 * true replies. Scripts must only read, or what they change is changed once, on `machine`.
 */
export const simulatedHosts = (machine: Connection, latencyMs?: number): ((name: string) => FakeHost) => {
  const replies = new Map<string, Reply | Promise<Reply>>();
  const ask = async (script: Script, identity: Identity): Promise<Reply> => {
    const shell = await machine.shell(identity);
    const [reply] = await shell.send([script]);
    return reply as Reply;
  };
  const answer = (script: Script, identity: Identity): Reply | Promise<Reply> => {
    const key = `${identity.method}\0${identity.user ?? ''}\0${script.text.text}\0${JSON.stringify(script.environment ?? null)}\0${script.stdin ? Buffer.from(script.stdin).toString('latin1') : ''}`;
    const known = replies.get(key);
    if (known) return known;
    const asked = ask(script, identity).then((reply) => {
      replies.set(key, reply);
      return reply;
    });
    replies.set(key, asked);
    return asked;
  };
  return () => ({ answer, latencyMs });
};
