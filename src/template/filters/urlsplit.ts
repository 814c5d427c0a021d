import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The parts of a URL, as Python's `urlsplit` names them: all, or the one that is asked for. */
export const urlsplit = plugin("query='', alias='urlsplit'", (_, value, query, alias) => {
  const parts = splitUrl(toText(value));
  if (query === '') return new Map<Value, Value>(Object.entries(parts));
  const wanted = toText(query);
  if (!Object.hasOwn(parts, wanted))
    throw new TemplateError(`${toText(alias)} has no part '${wanted}': it has ${Object.keys(parts).join(', ')}`);
  return parts[wanted] as Value;
});

const splitUrl = (url: string): Record<string, Value> => {
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z\d+.-]*):)?([\s\S]*)$/.exec(url) ?? [];
  const [, netloc = '', path = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(rest) ?? [];
  const at = netloc.lastIndexOf('@');
  const [login, host] = at < 0 ? [undefined, netloc] : [netloc.slice(0, at), netloc.slice(at + 1)];
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host) ?? [];
  const colon = login?.indexOf(':') ?? -1;
  return {
    fragment,
    hostname: name ? name.replace(/^\[|\]$/g, '').toLowerCase() : null,
    netloc,
    password: login !== undefined && colon >= 0 ? login.slice(colon + 1) : null,
    path,
    port: port ? Number(port) : null,
    query,
    scheme: scheme.toLowerCase(),
    username: login === undefined ? null : colon >= 0 ? login.slice(0, colon) : login,
  };
};
