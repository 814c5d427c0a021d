/**
 * Which of two Debian versions is newer: below, at or above zero, as `sort` wants it.
 * The algorithm of Debian Policy Manual 5.6.12: epoch, upstream version, revision; `~` sorts before everything.
 */
export const compareDebianVersions = (a: string, b: string): number => {
  const [left, right] = [split(a), split(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
};

const split = (version: string): { epoch: number; upstream: string; revision: string } => {
  const colon = version.indexOf(':');
  const rest = colon < 0 ? version : version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)) || 0,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
};

const compareParts = (a: string, b: string): number => {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [leftText, rightText] = [/^\D*/.exec(left)?.[0] ?? '', /^\D*/.exec(right)?.[0] ?? ''];
    for (let at = 0; at < Math.max(leftText.length, rightText.length); at++) {
      const order = weight(leftText[at]) - weight(rightText[at]);
      if (order !== 0) return order;
    }
    left = left.slice(leftText.length);
    right = right.slice(rightText.length);
    const [leftDigits, rightDigits] = [/^\d*/.exec(left)?.[0] ?? '', /^\d*/.exec(right)?.[0] ?? ''];
    const order = compareNumbers(leftDigits, rightDigits);
    if (order !== 0) return order;
    left = left.slice(leftDigits.length);
    right = right.slice(rightDigits.length);
  }
  return 0;
};

const weight = (char: string | undefined): number => {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
};

const compareNumbers = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
};
