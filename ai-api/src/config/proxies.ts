import ipaddr from 'ipaddr.js';

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
