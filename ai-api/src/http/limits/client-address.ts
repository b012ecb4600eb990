import type { Request } from 'express';
import ipaddr from 'ipaddr.js';

/**
 * The address that limits count: an IPv4 address, or the /64 network of an IPv6 address, which is what one
 * customer usually has. Express takes it from X-Forwarded-For only behind a trusted proxy.
 */
export function clientAddress(request: Pick<Request, 'ip'>): string {
  const given = request.ip ?? '';
  if (!ipaddr.isValid(given)) return 'unknown';
  const address = ipaddr.process(given);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
