import { DAY_MS } from '../../../platform/durations.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import type { Parts } from './parts.ts';
import { exportsSince, type RequestRecord } from './store.ts';

/** Access records are kept at least so long. */
const DAYS = 180;
/** Within this time of the request its access is recorded. */
const SPAN_MS = 300_000;

/** What is promised of exports: no one takes data about others without a record of who, when and why. */
export function privacyPromises(parts: Parts): CountedPromise[] {
  const { database, accesses, now } = parts;
  return [
    {
      id: 'exports-are-recorded',
      says: 'An export of personal data by another person leaves a record of who, when and why.',
      count: (tenantId) =>
        database.withTenant(tenantId, async (transaction) => {
          let checked = 0;
          let broken = 0;
          for (const row of await exportsSince(transaction, new Date(now().getTime() - DAYS * DAY_MS))) {
            checked += 1;
            if (!(await accesses.isRecorded(transaction, accessOf(row)))) broken += 1;
          }
          return { of: `exports of the last ${DAYS} days`, checked, broken, note: null };
        }),
    },
  ];
}

function accessOf({ kind, subject, reason, created_at: from }: RequestRecord) {
  const operation = kind === 'export' ? 'privacyRequest.create' : 'privacyRequest.exportCompany';
  return { operation, subject, reason, from, to: new Date(from.getTime() + SPAN_MS) };
}
