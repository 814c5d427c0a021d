import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { UserError } from '../util/diagnostic.ts';

/** A password with the id under which it was given (`--vault-id ID@…`); `default` where it had none. */
export interface VaultSecret {
  readonly id: string;
  readonly password: string;
}

const header = /^\$ANSIBLE_VAULT;(1\.[12]);AES256(?:;([^\r\n]*))?\r?\n/;

/** Whether a text is vaulted, by its first line. */
export const isVaulted = (text: string): boolean => text.startsWith('$ANSIBLE_VAULT;');

/**
 * Ansible Vault's formats 1.1 and 1.2, as "Encrypting content with Ansible Vault" documents the file format: AES-256-CTR and
 * HMAC-SHA256 with keys by PBKDF2-SHA256 of 10,000 rounds, hexadecimal twice. What was decrypted once is kept.
 */
export class Vault {
  readonly #secrets: readonly VaultSecret[];
  readonly #onSecret: ((plaintext: string) => void) | undefined;
  readonly #known = new Map<string, string>();

  /** `onSecret` is told every plaintext, so that outputs can hide it. */
  constructor(secrets: readonly VaultSecret[], onSecret?: (plaintext: string) => void) {
    this.#secrets = secrets;
    this.#onSecret = onSecret;
  }

  get empty(): boolean {
    return this.#secrets.length === 0;
  }

  /** Whether a password was given under that id. */
  has(id: string): boolean {
    return this.#secrets.some((secret) => secret.id === id);
  }

  /** The text inside. Throws a UserError where no password fits or the text is damaged; `where` names it in the error. */
  decrypt(vaulted: string, where = 'a vaulted value'): string {
    const text = vaulted.trim();
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const plaintext = this.decryptBytes(text, where).toString('utf8');
    this.#known.set(text, plaintext);
    this.#onSecret?.(plaintext);
    return plaintext;
  }

  /** As `decrypt`, for what need not be text. */
  decryptBytes(vaulted: string, where = 'a vaulted value'): Buffer {
    const { id, salt, mac, ciphertext } = parse(vaulted.trim(), where);
    if (this.#secrets.length === 0)
      throw problem(
        `${where} is vaulted and no vault password was given`,
        'add --ask-vault-pass or --vault-password-file FILE',
      );
    const fitting = [...this.#secrets].sort((a, b) => Number(b.id === id) - Number(a.id === id));
    for (const { password } of fitting) {
      const keys = derive(password, salt);
      const found = createHmac('sha256', keys.mac).update(ciphertext).digest();
      if (found.length !== mac.length || !timingSafeEqual(found, mac)) continue;
      const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.iv);
      return unpad(Buffer.concat([decipher.update(ciphertext), decipher.final()]), where);
    }
    const label = id === undefined ? '' : ` (it was made with the vault id ${id})`;
    throw problem(
      `no vault password fits ${where}${label}`,
      'give the right one with --vault-id or --vault-password-file',
    );
  }

  /** The plaintext, vaulted with the password of that id, or with the first one; format 1.2 where the id is not `default`. */
  encrypt(plaintext: string | Uint8Array, id?: string): string {
    const secret = id === undefined ? this.#secrets[0] : this.#secrets.find((each) => each.id === id);
    if (!secret)
      throw problem(
        id === undefined ? 'no vault password was given' : `no vault password has the id ${id}`,
        'add --vault-password-file FILE',
      );
    const salt = randomBytes(32);
    const keys = derive(secret.password, salt);
    const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.iv);
    const ciphertext = Buffer.concat([cipher.update(pad(Buffer.from(plaintext))), cipher.final()]);
    const mac = createHmac('sha256', keys.mac).update(ciphertext).digest();
    const inner = [salt, mac, ciphertext].map((part) => part.toString('hex')).join('\n');
    const first = secret.id === 'default' ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${secret.id}`;
    const lines =
      Buffer.from(inner)
        .toString('hex')
        .match(/.{1,80}/g) ?? [];
    return `${[first, ...lines].join('\n')}\n`;
  }
}

interface Parts {
  readonly id: string | undefined;
  readonly salt: Buffer;
  readonly mac: Buffer;
  readonly ciphertext: Buffer;
}

const parse = (text: string, where: string): Parts => {
  const match = header.exec(`${text}\n`);
  if (!match)
    throw problem(`${where} is not vaulted in a format that is known here`, 'known are 1.1 and 1.2 with AES256');
  const body = text.slice(match[0].length).replaceAll(/\s/g, '');
  const inner = hex(body, where).toString('latin1').split('\n');
  if (inner.length !== 3) throw damaged(where);
  const [salt, mac, ciphertext] = inner.map((part) => hex(part, where)) as [Buffer, Buffer, Buffer];
  return { id: match[2], salt, mac, ciphertext };
};

const hex = (text: string, where: string): Buffer => {
  if (text.length === 0 || text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) throw damaged(where);
  return Buffer.from(text, 'hex');
};

const derive = (password: string, salt: Buffer) => {
  const bytes = pbkdf2Sync(password, salt, 10_000, 80, 'sha256');
  return { cipher: bytes.subarray(0, 32), mac: bytes.subarray(32, 64), iv: bytes.subarray(64) };
};

/** PKCS #7 to blocks of 16. */
const pad = (bytes: Buffer): Buffer => {
  const count = 16 - (bytes.length % 16);
  return Buffer.concat([bytes, Buffer.alloc(count, count)]);
};

const unpad = (bytes: Buffer, where: string): Buffer => {
  const count = bytes.at(-1) ?? 0;
  if (count < 1 || count > 16 || count > bytes.length) throw damaged(where);
  return bytes.subarray(0, bytes.length - count);
};

const problem = (message: string, hint: string): UserError => new UserError({ severity: 'error', message, hint });
const damaged = (where: string): UserError =>
  problem(
    `${where} is damaged: what stands behind its first line is no vault`,
    'was a line lost, or the indentation changed?',
  );
