import { createHmac, timingSafeEqual } from 'node:crypto';

/** The notification that a link was sent with. */
interface Unsubscribed {
  tenantId: string;
  notificationId: string;
}

export type UnsubscribeLinks = ReturnType<typeof createUnsubscribeLinks>;

const MAC_BYTES = 20;

/**
 * Links by which the recipient of a notification unsubscribes without signing in. A link holds the ids of company and
 * notification with a code that only we can make; it does not expire.
 * @param secrets the installation's keys; the first makes links, all of them verify
 */
export function createUnsubscribeLinks(secrets: readonly Buffer[], publicUrl: string) {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('unsubscribe').digest());

  const codeOf = (ids: Buffer, key: Buffer) =>
    createHmac('sha256', key).update(ids).digest().subarray(0, MAC_BYTES);

  return {
    linkTo: ({ tenantId, notificationId }: Unsubscribed): string => {
      const ids = Buffer.from(`${tenantId}${notificationId}`.replaceAll('-', ''), 'hex');
      const token = Buffer.concat([ids, codeOf(ids, keys[0] as Buffer)]).toString('base64url');
      return `${publicUrl.replace(/\/+$/, '')}/unsubscribe?token=${token}`;
    },

    /** What a token was made for; null for one that we did not make. */
    read: (token: unknown): Unsubscribed | null => {
      const bytes = Buffer.from(typeof token === 'string' ? token : '', 'base64url');
      if (bytes.length !== 32 + MAC_BYTES) return null;
      const ids = bytes.subarray(0, 32);
      const code = bytes.subarray(32);
      if (!keys.some((key) => timingSafeEqual(codeOf(ids, key), code))) return null;
      return { tenantId: uuidOf(ids.subarray(0, 16)), notificationId: uuidOf(ids.subarray(16)) };
    },
  };
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
