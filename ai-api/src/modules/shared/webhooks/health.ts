import type { EndpointRecord } from './store.ts';

/** From so many failures in a row on, deliveries to an endpoint wait for each other. */
const FAILURES_TO_PAUSE = 5;
const MAX_PAUSE_SECONDS = 3600;

export type Health = Pick<
  EndpointRecord,
  'state' | 'state_reason' | 'failures' | 'failing_since' | 'paused_until'
>;

export const HEALTHY: Health = {
  state: 'healthy',
  state_reason: null,
  failures: 0,
  failing_since: null,
  paused_until: null,
};

export interface HealthSettings {
  /** Seconds of the first pause between attempts; it doubles. */
  retrySeconds: number;
  /** An endpoint that failed for so long without a success is disabled. */
  disableHours: number;
}

/** Seconds until a delivery is tried again after its attempt number `tries` (from 1) failed. */
export function pauseAfter(tries: number, { retrySeconds }: HealthSettings): number {
  return Math.min(retrySeconds * 2 ** (tries - 1), MAX_PAUSE_SECONDS);
}

/** An endpoint's health after one more failure in a row. */
export function afterFailure(before: Health, error: string, now: Date, settings: HealthSettings): Health {
  const failures = before.failures + 1;
  const failingSince = before.failing_since ?? now;
  const counted = { ...before, failures, failing_since: failingSince };
  if (before.state === 'disabled') return counted;
  if (now.getTime() - failingSince.getTime() >= settings.disableHours * 3_600_000) {
    const reason = `Every delivery has failed since ${failingSince.toISOString()}. The last time: ${error}`;
    return { ...counted, state: 'disabled', state_reason: reason, paused_until: null };
  }
  if (failures < FAILURES_TO_PAUSE) return counted;
  const seconds = pauseAfter(failures - FAILURES_TO_PAUSE + 3, settings);
  return {
    ...counted,
    state: 'failing',
    state_reason: `${failures} deliveries in a row have failed. The last time: ${error}`,
    paused_until: new Date(now.getTime() + seconds * 1000),
  };
}
