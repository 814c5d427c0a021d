/** An IPv4 range in CIDR form, as numbers: `first` is the network's own address, `size` how many addresses it has. */
export interface Range {
  readonly text: string;
  readonly first: number;
  readonly size: number;
  readonly prefix: number;
}

/** The address as a number from 0 to 2³²−1; undefined where the text is no dotted quad. */
export const addressNumber = (text: string): number | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const octets = match?.slice(1).map(Number);
  if (!octets || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
};

export const addressText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Reads `10.244.0.0/16`; undefined where it is none, or where bits are set behind the prefix (a host's address, not a range's). */
export const parseRange = (text: string): Range | undefined => {
  const [address = '', prefixText = ''] = text.split('/');
  const number = addressNumber(address);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : 33;
  if (number === undefined || prefix > 32 || text.split('/').length !== 2) return undefined;
  const size = 2 ** (32 - prefix);
  return number % size === 0 ? { text, first: number, size, prefix } : undefined;
};

/** The range that an address with a prefix lies in: `192.0.2.11/24` gives `192.0.2.0/24`. */
export const rangeAround = (text: string): Range | undefined => {
  const [address = '', prefix = ''] = text.split('/');
  const [number, size] = [addressNumber(address), 2 ** (32 - Number(prefix))];
  return number === undefined ? undefined : parseRange(`${addressText(number - (number % size))}/${prefix}`);
};

export const overlap = (a: Range, b: Range): boolean => a.first < b.first + b.size && b.first < a.first + a.size;

export const contains = (range: Range, address: string): boolean => {
  const number = addressNumber(address);
  return number !== undefined && number >= range.first && number < range.first + range.size;
};
