const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Three bytes in crypt's own base 64, the lowest six bits first. */
export const encodeCrypt = ([high = 0, middle = 0, low = 0]: readonly number[], length: number): string => {
  let bits = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let index = 0; index < length; index++) {
    text += alphabet[bits & 63];
    bits >>= 6;
  }
  return text;
};
