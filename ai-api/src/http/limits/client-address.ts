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

/** The value of Express' `trust proxy` for a setting: a number of proxies, or their networks. */
export function trustedProxies(setting: string | undefined): number | string[] | false {
  if (setting === undefined) return false;
  return /^\d+$/.test(setting) ? Number(setting) : setting.split(',').map((network) => network.trim());
}

/** Whether a setting names proxies: `1`, `10.0.0.0/8`, `loopback, 192.0.2.7`. */
export function namesProxies(setting: string): boolean {
  if (/^\d+$/.test(setting)) return Number(setting) >= 1 && Number(setting) <= 10;
  return setting
    .split(',')
    .map((network) => network.trim())
    .every(
      (network) =>
        /^(loopback|linklocal|uniquelocal)$/.test(network) ||
        ipaddr.isValid(network) ||
        ipaddr.isValidCIDR(network),
    );
}
