/** A float's digits in the styles that Python and C share: `e`, `f`, `g`. `bare` is Python's style without a letter. */
export const formatFloat = (
  value: number,
  type: string,
  precision: number,
  alternate = false,
  bare = false,
): string => {
  const lower = type.toLowerCase();
  let text: string;
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  else if (lower === 'e') text = exponential(value, precision);
  else if (lower === 'f') text = fixed(value, precision);
  else text = general(value, precision || 1, alternate, bare);
  return type === lower ? text : text.toUpperCase();
};

/** The exact binary value rounded to so many digits, a tie to the even one. */
export const fixedDigits = (value: number, digits: number): string => {
  const text = value.toFixed(digits);
  // toFixed takes a tie away from zero; 40 more digits show whether there is one.
  if (digits > 60 || !new RegExp(`\\.\\d{${digits}}50*$`).test(value.toFixed(digits + 40))) return text;
  const low = value
    .toFixed(digits + 1)
    .slice(0, -1)
    .replace(/\.$/, '');
  return Number(low.at(-1)) % 2 === 0 ? low : text;
};

const exponential = (value: number, precision: number): string => {
  const [digits, exponent] = value.toExponential(Math.min(100, precision)).split('e') as [string, string];
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${exponent.slice(1).padStart(2, '0')}`;
};

/** `toFixed` gives up at 1e21, where C goes on. */
const fixed = (value: number, precision: number): string => {
  if (Math.abs(value) < 1e21) return fixedDigits(value, Math.min(100, precision));
  return BigInt(value).toString() + (precision ? `.${'0'.repeat(precision)}` : '');
};

const general = (value: number, precision: number, alternate: boolean, bare: boolean): string => {
  if (value === 0) return bare ? '0.0' : '0';
  const exponent = Number(value.toExponential(Math.min(100, precision - 1)).split('e')[1]);
  const trim = (text: string): string => (alternate || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (exponent < -4 || exponent >= (bare ? precision - 1 || 1 : precision)) {
    const [digits, power] = exponential(value, precision - 1).split('e') as [string, string];
    return `${trim(digits)}e${power}`;
  }
  const text = trim(fixed(value, Math.max(0, precision - 1 - exponent)));
  return bare && !text.includes('.') ? `${text}.0` : text;
};

/** `1234567` → `1,234,567`; what stands behind the whole part stays. */
export const groupDigits = (text: string, separator: string, size = 3): string => {
  const [, whole = '', rest = ''] = /^([\da-fA-F]+)(.*)$/s.exec(text) ?? ['', '', text];
  if (rest === '' || /^[.e%]/.test(rest))
    return whole.replace(new RegExp(`\\B(?=(.{${size}})+$)`, 'g'), separator) + rest;
  return text;
};
