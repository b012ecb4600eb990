import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../../../http/problem.ts';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/**
 * One of the settings that OWASP holds equal: 32 MiB and about a tenth of a second for each.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
 */
const COST = { ln: 15, r: 8, p: 3 };
const KEY_BYTES = 32;
const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/=]+)\$([\w+/=]+)$/;
/** Hashes at once; the others wait, and beyond that many, sign-in is refused. */
const AT_ONCE = 2;
const MAX_WAITING = 64;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING)
      throw new Problem('SERVICE_UNAVAILABLE', 'Too many people sign in right now. Try again.', {
        retryAfter: 5,
      });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

function stretch(password: string, salt: Buffer, { ln, r, p }: typeof COST): Promise<Buffer> {
  const N = 2 ** ln;
  return inTurn(() =>
    derive(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r + 1_048_576 }),
  );
}

/** The hash of a password with its settings and salt, in PHC string form. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await stretch(password, salt, COST);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** What a password is compared with where there is none, so that the answer takes as long. */
const decoy = { salt: randomBytes(16), hash: randomBytes(KEY_BYTES) };

/** Whether a password is the one that was hashed; for null no password is, and finding out takes as long. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, ln, r, p, salt = '', hash = ''] = FORM.exec(stored ?? '') ?? [];
  if (!ln) {
    await stretch(password, decoy.salt, COST);
    return false;
  }
  const given = await stretch(password, Buffer.from(salt, 'base64'), {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(given, Buffer.from(hash, 'base64'));
}

/** Whether a hash was made with other settings than today's. */
export function isOutdated(stored: string): boolean {
  const { ln, r, p } = COST;
  return !stored.startsWith(`$scrypt$ln=${ln},r=${r},p=${p}$`);
}

const COMMON = /^(.{1,4})\1+$|^(?:password|passwort|welcome|letmein|qwerty|changeme|administrator)[\d!.]*$/i;

/** Why a password is refused; null when it may be set. */
export function weakness(password: string, email: string): string | null {
  const [mailbox = ''] = email.split('@');
  if (COMMON.test(password)) return 'is too common';
  if (mailbox.length >= 4 && password.toLowerCase().includes(mailbox))
    return 'must not contain the e-mail address';
  return null;
}
