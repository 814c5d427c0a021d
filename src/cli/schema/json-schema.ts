/** A JSON schema, as far as ours are written. */
export type JsonSchema = { readonly [key: string]: unknown };

export const draft = 'https://json-schema.org/draft/2020-12/schema';

/** A text that a template makes: it may stand wherever a value may. */
export const template: JsonSchema = { type: 'string', pattern: '\\{[{%]' };

/** `schema`, or a template in its place; what describes it stays outside, where editors look for it. */
export const orTemplate = ({ description, default: otherwise, ...schema }: JsonSchema): JsonSchema => ({
  ...(description === undefined ? {} : { description }),
  ...(otherwise === undefined ? {} : { default: otherwise }),
  ...(schema.type === 'string' && !('pattern' in schema || 'enum' in schema) ? schema : { anyOf: [schema, template] }),
});
