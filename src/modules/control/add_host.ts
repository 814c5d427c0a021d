import type { Dict, Value } from '../../template/values.ts';
import { defineControl } from '../module.ts';
import { needed, result, texts } from '../read.ts';

/** Adds a host, with groups and variables, to the inventory of this run. */
export const add_host = defineControl({
  name: 'add_host',
  summary: "Add a host to the run's inventory",
  openEnded: true,
  options: {
    name: {
      type: 'str',
      required: true,
      aliases: ['host', 'hostname'],
      description: 'The host; :PORT behind it is its port.',
    },
    groups: {
      type: 'list',
      elements: 'str',
      aliases: ['group', 'groupname'],
      description: 'The groups that it joins.',
    },
  },
  run: (args) => {
    const given = needed(args, 'name');
    const [, host, port] = /^(.*[^:]):(\d+)$/.exec(given) ?? [undefined, given, undefined];
    const variables: Dict = new Map<Value, Value>(port === undefined ? [] : [['ansible_ssh_port', Number(port)]]);
    for (const [name, value] of args) if (name !== 'name' && name !== 'groups') variables.set(name, value);
    const groups = texts(args, 'groups').filter((group) => group !== '');
    return result({ changed: true, add_host: result({ host_name: host, groups, host_vars: variables }) });
  },
});
