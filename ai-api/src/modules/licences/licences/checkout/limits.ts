import { clientAddress } from '../../../../http/limits/client-address.ts';
import { Problem } from '../../../../http/problem.ts';
import type { Limits } from '../../../../platform/limits/index.ts';

const WINDOW_SECONDS = 60;
const PER_DEVICE = 10;
const PER_LICENCE = 60;
const WRONG_KEYS = 10;

/** How often seats may be asked for. While the counters cannot be reached, requests pass. */
export function createCheckoutLimits(limits: Limits, isOn: boolean) {
  async function take(key: string, limit: number, what: string): Promise<void> {
    if (!isOn) return;
    const taken = await limits.take(key, limit, WINDOW_SECONDS).catch(() => null);
    if (taken && !taken.allowed)
      throw new Problem('RATE_LIMITED', `More than ${limit} ${what} in a minute.`, {
        retryAfter: taken.resetSeconds,
      });
  }
  return {
    /** Counts what may cost a signature: acquire, borrow and return together. @throws {Problem} RATE_LIMITED */
    signature: async (licenceId: string, device: string): Promise<void> => {
      await take(`licence-device:${licenceId}:${device}`, PER_DEVICE, 'requests of one device');
      await take(`licence:${licenceId}`, PER_LICENCE, 'requests of one licence');
    },
    /** Counts a key that no licence has. @throws {Problem} RATE_LIMITED */
    wrongKey: (address: string | undefined): Promise<void> =>
      take(`licence-key:${clientAddress({ ip: address })}`, WRONG_KEYS, 'wrong licence keys'),
  };
}

export type CheckoutLimits = ReturnType<typeof createCheckoutLimits>;
