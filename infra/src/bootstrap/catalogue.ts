import { createHmac, randomBytes } from 'node:crypto';
import type { Wanted } from './databases.ts';

/** Every secret of an installation: its keys and how each is made. The same file Terraform reads. */
export type Catalogue = Record<string, { description: string; keys: Record<string, string> }>;

/** What a key is made from, beside chance. */
export interface Sources {
  /** Makes a database and its role, and gives the URL. */
  database(wanted: Wanted): Promise<string>;
  /** A key of the user that sends mail. */
  mailKey(): Promise<{ id: string; secret: string }>;
  mailHost: string;
  region: string;
}

/**
 * Fills the keys of one secret that have no value. What has one stays; what a person fills stays empty.
 * @returns the whole secret, or null when nothing was missing
 */
export async function complete(
  keys: Record<string, string>,
  given: Record<string, string>,
  sources: Sources,
): Promise<Record<string, string> | null> {
  const whole = { ...given };
  const missing = Object.entries(keys).filter(([name, kind]) => !given[name] && kind !== 'external');
  if (missing.length === 0) return null;
  const mail = missing.some(([, kind]) => kind.startsWith('ses-smtp')) ? await sources.mailKey() : null;
  for (const [name, kind] of missing) whole[name] = await makeValue(kind, whole, sources, mail);
  return whole;
}

async function makeValue(
  kind: string,
  whole: Record<string, string>,
  sources: Sources,
  mail: { id: string; secret: string } | null,
): Promise<string> {
  const [method, first = '', role = '', tls = '', roles] = kind.split(':');
  switch (method) {
    case 'hex':
      return randomBytes(Number(first)).toString('hex');
    case 'prefixed':
      return first + randomBytes(24).toString('hex');
    case 'api-key':
      return `aim_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
    case 'database': {
      // The databases of one secret share a role, and so a password.
      const known = Object.values(whole).find((value) => value.startsWith('postgres://'));
      const password = known ? decodeURIComponent(new URL(known).password) : randomBytes(24).toString('hex');
      return sources.database({ name: first, role, password, tls, createRoles: roles === 'createrole' });
    }
    case 'password-of':
      return decodeURIComponent(new URL(whole[first] ?? '').password);
    case 'ses-smtp-user':
      return mail?.id ?? '';
    case 'ses-smtp-password':
      return smtpPassword(mail?.secret ?? '', sources.region);
    case 'ses-smtp': {
      const password = smtpPassword(mail?.secret ?? '', sources.region);
      return `smtps://${mail?.id}:${encodeURIComponent(password)}@${sources.mailHost}:465`;
    }
    default:
      throw new Error(`The catalogue has an unknown kind of key: ${kind}`);
  }
}

/**
 * The SMTP password that belongs to a user's secret key in one region.
 * @see https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
 */
export function smtpPassword(secretKey: string, region: string): string {
  const parts = ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail'];
  const signature = parts.reduce<Buffer | string>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${secretKey}`,
  );
  return Buffer.concat([Buffer.from([4]), signature as Buffer]).toString('base64');
}
