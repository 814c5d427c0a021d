import * as z from 'zod';
import { settings } from '../../cluster/settings.ts';
import { draft, type JsonSchema, orTemplate } from './json-schema.ts';

/** Inventories in YAML: groups with hosts, children and variables, among which are the settings of a cluster. */
export const inventorySchema = (): JsonSchema => ({
  $schema: draft,
  title: 'The inventory of a cluster',
  type: 'object',
  additionalProperties: { $ref: '#/$defs/group' },
  $defs: {
    group: {
      type: ['object', 'null'],
      properties: {
        hosts: {
          description: 'The hosts of this group, each with variables of its own.',
          anyOf: [
            { type: ['object', 'null'], additionalProperties: { $ref: '#/$defs/variables' } },
            { type: 'string', description: 'One host, or a range such as n[1:3].' },
          ],
        },
        children: {
          description:
            "Groups whose hosts are this group's too; a cluster has masters, workers and, where it shall be elsewhere than on the masters, etcd.",
          type: ['object', 'null'],
          properties: Object.fromEntries(
            Object.entries(groups).map(([name, what]) => [name, { ...reference('group'), description: what }]),
          ),
          additionalProperties: reference('group'),
        },
        vars: reference('variables'),
      },
      additionalProperties: false,
    },
    variables: {
      description: 'Variables; those that are not listed are your own.',
      type: ['object', 'null'],
      properties: {
        ...connection(),
        ...Object.fromEntries(
          settings.map(({ name, schema, summary, example }) => [
            name,
            orTemplate({ ...asJson(schema), description: summary, examples: [example] }),
          ]),
        ),
      },
    },
  },
});

const reference = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

const groups = {
  masters: 'The hosts of the control plane: 1, 3 or 5.',
  workers: 'The hosts that carry pods; masters may be among them.',
  etcd: 'The hosts of etcd: 1, 3 or 5. Without this group, the masters.',
};

const asJson = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
};

/** The variables that say how a host is reached. */
const connection = (): Record<string, JsonSchema> => {
  const text = (description: string): JsonSchema => ({ type: 'string', description });
  return {
    ansible_host: text("The host's address, where its name does not resolve."),
    ansible_port: orTemplate({
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'The port of SSH; 22 when left out.',
    }),
    ansible_user: text('Who logs in.'),
    ansible_password: text('The password of the login; better a key, or a vaulted value.'),
    ansible_ssh_private_key_file: text('The private key to log in with.'),
    ansible_ssh_common_args: text('Arguments of ssh.'),
    ansible_connection: orTemplate({
      enum: ['ssh', 'openssh', 'local'],
      description: 'How the host is reached; ssh when left out.',
    }),
    ansible_become: orTemplate({
      type: 'boolean',
      description: 'Whether tasks run as another user; needed where the login is not root.',
    }),
    ansible_become_method: orTemplate({ enum: ['sudo', 'su', 'doas'], description: 'How; sudo when left out.' }),
    ansible_become_user: text('As whom; root when left out.'),
    ansible_become_password: text('The password that sudo, su or doas asks for; better -K, or a vaulted value.'),
  };
};
