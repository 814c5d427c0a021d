import { sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { result, text } from '../read.ts';

/** Answers `pong`, which proves that the host is reached and has a shell. `data: crash` fails on purpose. */
export const ping = defineModule<string, null>({
  name: 'ping',
  summary: 'Try to reach the host and return pong',
  options: { data: { type: 'str', default: 'pong', description: 'What to return; crash raises an exception.' } },
  prepare: (args) => {
    const data = text(args, 'data') ?? 'pong';
    if (data === 'crash') throw new Error('boom');
    return data;
  },
  look: () => ({ script: { text: sh`:` }, parse: () => null }),
  plan: (data) => ({ outcome: 'nothing', changes: [], result: result({ changed: false, ping: data }) }),
});
