import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How long a signed link to a version lasts, in seconds. */
export const LINK_SECONDS = 900;

export interface LinkTarget {
  tenantId: string;
  fileId: string;
  version: number;
}

/** Signs and verifies links to versions. */
export interface Links {
  /** A URL that lets its holder download this one version while it is ready, until it expires. */
  sign(target: LinkTarget, seconds?: number): { url: string; expiresAt: string };
  /** A URL of a token that a person may pass on. */
  shared(token: string): string;
  /** @returns null for a link that we did not sign, or one that has expired */
  verify(path: { fileId: string; version: string }, query: Record<string, unknown>): LinkTarget | null;
}

/**
 * Links by HMAC-SHA256 over company, version and expiry.
 * @param secrets the installation's keys; the first signs, all of them verify
 */
export function createLinks(secrets: readonly Buffer[], publicUrl: string, now: () => Date): Links {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'file-links-v1', 32)));
  const root = publicUrl.replace(/\/+$/, '');
  const signature = (key: Buffer, { tenantId, fileId, version }: LinkTarget, expires: number) =>
    createHmac('sha256', key).update(`${tenantId}\n${fileId}\n${version}\n${expires}`).digest();
  return {
    sign: (target, seconds = LINK_SECONDS) => {
      const expires = Math.floor(now().getTime() / 1000) + seconds;
      const query = new URLSearchParams({
        company: target.tenantId,
        expires: String(expires),
        signature: signature(keys[0] as Buffer, target, expires).toString('hex'),
      });
      return {
        url: `${root}/files/content/${target.fileId}/${target.version}?${query}`,
        expiresAt: new Date(expires * 1000).toISOString(),
      };
    },
    shared: (token) => `${root}/files/shared/${token}`,
    verify: ({ fileId, version }, { company, expires, signature: given }) => {
      if (typeof company !== 'string' || typeof expires !== 'string' || typeof given !== 'string')
        return null;
      if (!/^\d{1,9}$/.test(version) || !/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(given))
        return null;
      const target = { tenantId: company, fileId, version: Number(version) };
      const sent = Buffer.from(given, 'hex');
      const isOurs = keys.some((key) => timingSafeEqual(signature(key, target, Number(expires)), sent));
      return isOurs && Number(expires) * 1000 > now().getTime() ? target : null;
    },
  };
}
