import { promises as dns } from 'node:dns';
import { Problem } from '../../../http/problem.ts';

const TIMEOUT_MS = 3_000;
const TRIES = 2;

/** Texts of a domain's TXT records; none where there are none. @throws {Problem} SERVICE_UNAVAILABLE */
export type ReadTxt = (name: string) => Promise<string[]>;

/** @param servers addresses of DNS servers, such as `10.0.0.2:53`; those of the system by default */
export function createReadTxt(servers: readonly string[]): ReadTxt {
  return async (name) => {
    const resolver = new dns.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (servers.length > 0) resolver.setServers(servers);
    try {
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
      throw new Problem('SERVICE_UNAVAILABLE', `The DNS did not answer for ${name}.`, {
        retryAfter: 30,
        cause,
      });
    }
  };
}
