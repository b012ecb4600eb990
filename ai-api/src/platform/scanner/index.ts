import { createClamd, parseClamdAddress } from './clamd.ts';
import { type Scanner, ScannerFailed } from './scanner.ts';

export { type ClamdAddress, parseClamdAddress } from './clamd.ts';
export { type Scanner, ScannerFailed, type Verdict } from './scanner.ts';

/** The scanner at an address such as `clamd:3310`; without one, a scanner that looks at nothing and says so. */
export function openScanner(address: string | undefined): Scanner {
  if (address) return createClamd(parseClamdAddress(address));
  const refuse = () =>
    Promise.reject(new ScannerFailed('No virus scanner is configured.', { isTemporary: false }));
  return { driver: 'none', scan: refuse, version: refuse };
}
