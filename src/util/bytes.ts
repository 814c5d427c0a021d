/**
 * Text and bytes, as Python's `surrogateescape` pairs them: a byte that is not UTF-8 becomes the lone surrogate
 * U+DC80…U+DCFF and turns back into that byte, so that no file name or command output is damaged on the way.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const decode = (bytes: Uint8Array): string => {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
};

const decodeEscaping = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[at++] as number));
    else {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
};

const sequenceLength = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] as number;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
};

export const encode = (text: string): Uint8Array => {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  // A low surrogate is an escaped byte only where no high surrogate stands before it.
  for (const piece of text.split(/((?<![\ud800-\udbff])[\udc80-\udcff])/)) {
    if (piece.length === 1 && piece >= '\udc80' && piece <= '\udcff')
      parts.push(Uint8Array.of(piece.charCodeAt(0) - 0xdc00));
    else if (piece) parts.push(Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(parts);
};
