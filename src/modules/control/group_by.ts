import { defineControl } from '../module.ts';
import { needed, result, texts } from '../read.ts';

/** Puts the host into a group that is named after something known of it. */
export const group_by = defineControl({
  name: 'group_by',
  summary: 'Put hosts into groups by what is known of them',
  options: {
    key: { type: 'str', required: true, description: 'The name of the group.' },
    parents: { type: 'list', elements: 'str', default: ['all'], description: 'The groups that it is in.' },
  },
  run: (args) => {
    const named = (name: string): string => name.replaceAll(' ', '-');
    return result({
      changed: false,
      add_group: named(needed(args, 'key')),
      parent_groups: texts(args, 'parents').map(named),
    });
  },
});
