/**
 * Which keywords there are, where each may stand, and how a task inherits it. From the list of playbook keywords in Ansible's
 * documentation; the tests compare the tables with ansible-core's own.
 */
export interface Keyword {
  readonly type: 'string' | 'bool' | 'int' | 'float' | 'percent' | 'list' | 'dict' | 'conditions' | 'any';
  /**
   * `nearest`: the innermost of task, blocks, role and play that sets it decides. `extend`: all of them together, outermost
   * first. `own`: not handed on.
   */
  readonly inherit: 'own' | 'nearest' | 'extend';
}

export type KeywordTable = Readonly<Record<string, Keyword>>;

const own = (type: Keyword['type']): Keyword => ({ type, inherit: 'own' });
const nearest = (type: Keyword['type']): Keyword => ({ type, inherit: 'nearest' });
const extend = (type: Keyword['type']): Keyword => ({ type, inherit: 'extend' });

/** On plays, roles, blocks and tasks alike. */
const everywhere = {
  name: own('string'),
  any_errors_fatal: nearest('bool'),
  become: nearest('bool'),
  become_exe: nearest('string'),
  become_flags: nearest('string'),
  become_method: nearest('string'),
  become_user: nearest('string'),
  check_mode: nearest('bool'),
  collections: nearest('list'),
  connection: nearest('string'),
  debugger: nearest('string'),
  diff: nearest('bool'),
  environment: extend('any'),
  ignore_errors: nearest('bool'),
  ignore_unreachable: nearest('bool'),
  module_defaults: extend('any'),
  no_log: nearest('bool'),
  port: nearest('int'),
  remote_user: nearest('string'),
  run_once: nearest('bool'),
  tags: extend('list'),
  throttle: nearest('int'),
  timeout: nearest('int'),
  vars: extend('dict'),
} as const satisfies KeywordTable;

const conditional = {
  when: extend('conditions'),
  delegate_to: nearest('string'),
  delegate_facts: nearest('bool'),
} as const satisfies KeywordTable;

export const playKeywords: KeywordTable = {
  ...everywhere,
  fact_path: own('string'),
  force_handlers: own('bool'),
  gather_facts: own('bool'),
  gather_subset: own('list'),
  gather_timeout: own('int'),
  handlers: own('any'),
  hosts: own('any'),
  max_fail_percentage: own('percent'),
  order: own('string'),
  post_tasks: own('any'),
  pre_tasks: own('any'),
  roles: own('any'),
  serial: own('any'),
  strategy: own('string'),
  tasks: own('any'),
  /** An old name of remote_user. */
  user: nearest('string'),
  vars_files: own('any'),
  vars_prompt: own('any'),
};

export const blockKeywords: KeywordTable = {
  ...everywhere,
  ...conditional,
  always: own('any'),
  block: own('any'),
  notify: extend('list'),
  rescue: own('any'),
};

export const taskKeywords: KeywordTable = {
  ...everywhere,
  ...conditional,
  action: own('any'),
  args: own('any'),
  async: own('int'),
  changed_when: own('conditions'),
  delay: own('float'),
  failed_when: own('conditions'),
  local_action: own('any'),
  loop: own('any'),
  loop_control: own('any'),
  notify: extend('list'),
  poll: own('int'),
  register: own('string'),
  retries: own('int'),
  until: own('conditions'),
};

export const handlerKeywords: KeywordTable = { ...taskKeywords, listen: own('list') };

export const roleEntryKeywords: KeywordTable = { ...everywhere, ...conditional, role: own('string') };

export const importPlaybookKeywords: KeywordTable = {
  ...everywhere,
  import_playbook: own('string'),
  when: extend('conditions'),
};

export const loopControlKeywords: KeywordTable = {
  break_when: own('conditions'),
  extended: own('bool'),
  extended_allitems: own('bool'),
  index_var: own('string'),
  label: own('any'),
  loop_var: own('string'),
  pause: own('float'),
};

/** What may stand beside include_tasks and include_role; everything else belongs under their `apply`. */
export const includeKeywords: ReadonlySet<string> = new Set([
  'action',
  'args',
  'collections',
  'debugger',
  'ignore_errors',
  'listen',
  'local_action',
  'loop',
  'loop_control',
  'name',
  'no_log',
  'register',
  'run_once',
  'tags',
  'timeout',
  'vars',
  'when',
]);

/** The arguments of include_role and import_role, and of include_tasks and import_tasks. */
export const includeRoleArguments: readonly string[] = [
  'name',
  'role',
  'tasks_from',
  'vars_from',
  'defaults_from',
  'handlers_from',
  'apply',
  'public',
  'allow_duplicates',
  'rolespec_validate',
];
export const includeTasksArguments: readonly string[] = ['file', 'apply'];

/** A name without the collections that ansible-core's own modules and actions go by. */
export const shortName = (name: string): string => name.replace(/^ansible\.(?:builtin|legacy)\./, '');
