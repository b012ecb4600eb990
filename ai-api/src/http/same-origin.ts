import type { Exchange } from './caller.ts';
import { Problem } from './problem.ts';

/**
 * Refuses what a browser sent from a page of another origin. Programs that are no browsers send neither header and
 * pass.
 * @throws {Problem} CSRF_REFUSED
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function requireSameOrigin(exchange: Pick<Exchange, 'header'>, publicUrl: string): void {
  const site = exchange.header('sec-fetch-site');
  const origin = exchange.header('origin');
  const isOurs = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOurs || (origin !== undefined && !isOwnOrigin(origin, exchange.header('host'), publicUrl)))
    throw new Problem('CSRF_REFUSED', 'The request came from a page of another origin.');
}

/** A page cannot choose the Host header, so that what it names is where the browser meant to go. */
function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === host;
}
