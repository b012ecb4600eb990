import ipaddr from 'ipaddr.js';

/** What is no place on the internet although the library's ranges call it unicast. */
const NOT_PUBLIC = [
  '198.18.0.0/15', // benchmarks, RFC 2544
  '168.63.129.16/32', // the platform address of Azure's machines
  '2001::/23', // IETF protocol assignments, RFC 2928
  '3fff::/20', // documentation, RFC 9637
].map((range) => ipaddr.parseCIDR(range));

const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** An address as bytes; an IPv4 address in IPv6 form is the IPv4 address. Null when it is none. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : null;
}

/**
 * Whether an address belongs to the public internet: not private, loopback, link-local, shared (CGNAT),
 * multicast, reserved, or a translated form of any of these.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address?.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !isWithin(address, GLOBAL_UNICAST)) return false;
  return !NOT_PUBLIC.some((range) => isWithin(address, range));
}

/** Whether an address is in a range of its own kind. */
export function isWithin(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  [network, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number],
): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
