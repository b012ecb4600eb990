import ipaddr from 'ipaddr.js';
import { isWithin, parseAddress } from './public-address.ts';

/** Places that a URL may name although they are not public. */
export interface AllowedHosts {
  /** The host itself was allowed, on this port: wherever its name leads. */
  hasHost(host: string, port: number): boolean;
  /** The address is in an allowed range. */
  hasAddress(address: string): boolean;
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads a comma-separated list of hosts (`n8n.internal`), hosts with port (`n8n:5678`, `[::1]:80`) and ranges
 * (`10.0.0.0/8`).
 * @throws an error that names the invalid entry
 */
export function parseAllowedHosts(list: string): AllowedHosts {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const ranges = entries.filter((entry) => entry.includes('/')).map(parseRange);
  const hosts = new Set(entries.filter((entry) => !entry.includes('/')).map(parseHost));
  return {
    hasHost: (host, port) => {
      const name = plainHost(host);
      return hosts.has(name) || hosts.has(`${name}:${port}`);
    },
    hasAddress: (text) => {
      const address = parseAddress(text);
      return address !== null && ranges.some((range) => isWithin(address, range));
    },
  };
}

/** A host without a final dot, in lower case. */
export function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function parseRange(entry: string): Range {
  if (!ipaddr.isValidCIDR(entry)) throw new Error(`${entry} is not a range such as 10.0.0.0/8`);
  return ipaddr.parseCIDR(entry);
}

function parseHost(entry: string): string {
  const [, host = '', port] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  if (!URL.canParse(`http://${entry}`)) throw new Error(`${entry} is not a host, host:port or range`);
  if (host === '') throw new Error(`${entry} is not a host, host:port or range`);
  const name = plainHost(new URL(`http://${host}`).hostname);
  return port === undefined ? name : `${name}:${Number(port)}`;
}
