import { createHash } from 'node:crypto';
import { encode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';

/** A name-based UUID (RFC 4122, version 5), in Ansible's own name space unless another is given. */
export const to_uuid = plugin("namespace='361E6D51-FAEC-444A-9079-341386DA8E2E'", (_, value, namespace) => {
  const space = toText(namespace).replaceAll('-', '');
  if (!/^[\da-f]{32}$/i.test(space)) throw new TemplateError(`'${toText(namespace)}' is no UUID`);
  const bytes = createHash('sha1')
    .update(Buffer.from(space, 'hex'))
    .update(encode(toText(value)))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
});
