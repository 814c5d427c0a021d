import { parseQuery, type Query } from '../jmespath/parse.ts';
import { search } from '../jmespath/search.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

const queries = new Map<string, Query>();

/** Asks a value a query in JMESPath, as community.general's filter does. */
export const json_query = plugin('expr', (_, value, expression) => {
  const text = toText(expression);
  const query = queries.get(text) ?? parseQuery(text);
  if (queries.size < 5000) queries.set(text, query);
  return search(query, value);
});
