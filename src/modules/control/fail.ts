import { defineControl } from '../module.ts';
import { result } from '../read.ts';

/** Fails, with a message. */
export const fail = defineControl({
  name: 'fail',
  summary: 'Fail with a message',
  options: { msg: { type: 'raw', default: 'Failed as requested from task', description: 'Why.' } },
  run: (args) => result({ changed: false, failed: true, msg: args.get('msg') }),
});
