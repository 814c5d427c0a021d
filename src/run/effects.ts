import { asText } from '../modules/coerce.ts';
import type { Result } from '../modules/module.ts';
import type { Dict, Value } from '../template/values.ts';
import type { HostState, PlayContext } from './context.ts';
import { notify } from './handlers.ts';
import type { ItemOutcome } from './item.ts';
import { registerName } from './item.ts';
import { isChanged, withoutMessages } from './results.ts';
import { flagKeyword } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** Facts and inventory changes that one item's result brings. `hosts`: all of the batch for a task that runs once. */
export const applyItem = (
  step: TaskStep,
  outcome: ItemOutcome,
  hosts: readonly string[],
  context: PlayContext,
): void => {
  const { result, delegatedTo } = outcome;
  const { inventory } = context;
  const facts = result.get('ansible_facts');
  if (facts instanceof Map) {
    const owners = delegatedTo !== undefined && delegatesFacts(step, hosts, context) ? [delegatedTo] : hosts;
    for (const host of owners) setFacts(step, host, facts, result, context);
  }
  const before = inventory.version;
  const added = result.get('add_host');
  if (added instanceof Map) {
    const host = inventory.addHost(asText(added.get('host_name') ?? ''));
    for (const group of textsOf(added.get('groups'))) inventory.addToGroup(inventory.addGroup(group), host);
    const vars = added.get('host_vars');
    if (vars instanceof Map) for (const [name, value] of vars) host.set(asText(name), value);
    inventory.settle();
  }
  const group = result.get('add_group');
  if (group !== undefined && group !== null) {
    for (const parent of textsOf(result.get('parent_groups'))) inventory.addChild(parent, asText(group));
    for (const host of hosts) inventory.addToGroup(inventory.addGroup(asText(group)), inventory.addHost(host));
    inventory.settle();
  }
  // Only the inventory knows whether the group or the host is news.
  if (added !== undefined || group !== undefined) result.set('changed', inventory.version !== before);
};

const textsOf = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(asText) : []);

/** Registers the whole result and notifies handlers. */
export const applyTask = (step: TaskStep, result: Result, hosts: readonly HostState[], context: PlayContext): void => {
  const name = registerName(step);
  if (name) for (const host of hosts) context.variables.register(host.name, name, withoutMessages(result));
  if (isChanged(result) && result.get('failed') !== true)
    for (const field of step.keywords.notify) for (const host of hosts) notify(field, step, host, context);
};

const setFacts = (step: TaskStep, host: string, facts: Dict, result: Result, context: PlayContext): void => {
  const { variables } = context;
  const module = step.task.module.name.split('.').at(-1);
  if (module === 'include_vars') variables.includeVars(host, facts as Map<string, Value>);
  else if (module === 'set_fact') {
    const cacheable = result.get('_ansible_facts_cacheable') === true;
    for (const [name, value] of facts) variables.setFact(host, asText(name), value, { cacheable });
  } else variables.setFacts(host, facts);
};

const delegatesFacts = (step: TaskStep, hosts: readonly string[], context: PlayContext): boolean =>
  flagKeyword(step, 'delegate_facts', context.play.scope(hosts[0] as string, step.frame), context, false);
