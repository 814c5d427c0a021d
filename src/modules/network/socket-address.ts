import { isIP } from 'node:net';

/** The kernel's numbers for states of TCP connections, as /proc/net/tcp shows them (include/net/tcp_states.h). */
export const tcpStates: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
};

/** An address in every form in which /proc/net/tcp and tcp6 may show it; none for what is not an address. */
export const procForms = (address: string): string[] => {
  const kind = isIP(address);
  if (kind === 4) {
    const word = v4Word(address);
    return [word, `0000000000000000FFFF0000${word}`, `${'0'.repeat(24)}${word}`];
  }
  if (kind !== 6) return [];
  const groups = expandV6(address);
  const hex = groups.map((group) => group.toString(16).padStart(4, '0')).join('');
  const words = hex.match(/.{8}/g) ?? [];
  return [words.map(reverseBytes).join('').toUpperCase()];
};

const v4Word = (address: string): string =>
  reverseBytes(
    address
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(''),
  ).toUpperCase();

const reverseBytes = (hex: string): string => (hex.match(/../g) ?? []).reverse().join('');

const expandV6 = (address: string): number[] => {
  const plain = address
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((word) => word.toString(16)).join(':'),
    );
  const [left, right] = plain.split('::') as [string, string | undefined];
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(left), groups(right ?? '')];
  return [...head, ...new Array<number>(right === undefined ? 0 : 8 - head.length - tail.length).fill(0), ...tail];
};
