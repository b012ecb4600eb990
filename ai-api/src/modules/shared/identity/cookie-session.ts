import { createHmac } from 'node:crypto';

/** Name of the cookie of a browser session, before its prefix. */
export const SESSION_COOKIE = 'aim_session';
export const CSRF_HEADER = 'X-CSRF-Token';

/** What a page of ours sends along to show that it means it; only who has the cookie, or asked us, knows it. */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}
