import { Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { policySchema } from '../schema.ts';
import { countDevices, isBlocked, lockDevices, noteDevice } from '../sessions/store.ts';
import type { Denial } from '../states.ts';
import type { LicenceRecord } from '../store.ts';

/** A request for a seat, as far as the licence's terms are concerned. */
export interface Request {
  device: string;
  product?: string | undefined;
  version?: string | undefined;
  entitlements?: readonly string[] | undefined;
  clientTime?: string | undefined;
}

/** What a denial says to the caller. */
export interface Refusal {
  code: Denial | 'SESSION_NOT_FOUND' | 'SESSION_OF_OTHER_DEVICE';
  detail: string;
}

/** Why the terms of a licence do not let a request through; null when they do. */
export async function refuse(
  transaction: TenantTransaction,
  licence: LicenceRecord,
  { device, product, version, entitlements = [], clientTime }: Request,
  now: Date,
): Promise<{ code: Denial; detail: string } | null> {
  if (clientTime !== undefined && Math.abs(Date.parse(clientTime) - now.getTime()) > DAY_MS)
    return { code: 'CLOCK_SKEW', detail: `The device says ${clientTime}, and it is ${now.toISOString()}.` };
  if (product !== undefined && product !== licence.product_code)
    return { code: 'PRODUCT_MISMATCH', detail: `The licence is for ${licence.product_code}.` };
  const missing = entitlements.filter((name) => !licence.entitlements.includes(name));
  if (missing.length > 0)
    return { code: 'ENTITLEMENT_MISSING', detail: `The licence does not include ${missing.join(', ')}.` };
  if (version !== undefined && !covers(licence, version))
    return { code: 'VERSION_NOT_COVERED', detail: coverage(licence) };
  return refuseDevice(transaction, licence, device, now);
}

/** Why a device gets no seat; null when it may. */
async function refuseDevice(
  transaction: TenantTransaction,
  licence: LicenceRecord,
  device: string,
  now: Date,
): Promise<{ code: Denial; detail: string } | null> {
  if (await isBlocked(transaction, licence.id, device))
    return { code: 'DEVICE_BLOCKED', detail: 'An admin has blocked this device.' };
  const { maxDevicesPerDay } = policySchema.parse(licence.policy);
  const others = maxDevicesPerDay > 0 ? await countDevices(transaction, licence.id, now, device) : 0;
  if (maxDevicesPerDay > 0 && others >= maxDevicesPerDay)
    return { code: 'DEVICE_LIMIT', detail: `At most ${maxDevicesPerDay} different devices in a day.` };
  return null;
}

/**
 * Why a device gets no seat, asked again in the transaction that stores the grant, so that many requests at once get past
 * neither the limit nor a block; null when it may. Where devices are limited, grants of the licence wait here for each other,
 * and the device is counted among those of the day.
 */
export async function admitDevice(
  transaction: TenantTransaction,
  licence: LicenceRecord,
  device: string,
  now: Date,
): Promise<{ code: Denial; detail: string } | null> {
  const isLimited = policySchema.parse(licence.policy).maxDevicesPerDay > 0;
  if (isLimited) await lockDevices(transaction, licence.id);
  const refusal = await refuseDevice(transaction, licence, device, now);
  if (isLimited && !refusal) await noteDevice(transaction, licence.id, now, device);
  return refusal;
}

function covers({ version_from: from, version_to: to }: LicenceRecord, version: string): boolean {
  return (
    (from === null || compareVersions(version, from) >= 0) &&
    (to === null || compareVersions(version, to, true) <= 0)
  );
}

function coverage({ version_from: from, version_to: to }: LicenceRecord): string {
  return `The licence covers versions${from ? ` from ${from}` : ''}${to ? ` to ${to}` : ''}.`;
}

/** Compares versions by their numbers. @param isPrefix to compare no more numbers than the bound has: 4 covers 4.2 */
export function compareVersions(version: string, bound: string, isPrefix = false): number {
  const [a, b] = [version, bound].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const length = isPrefix ? b.length : Math.max(a.length, b.length);
  for (let place = 0; place < length; place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Undoes a grant in the transaction that would store it. */
export class GrantRefused extends Error {
  readonly refusal: { code: Denial; detail: string };

  constructor(refusal: { code: Denial; detail: string }) {
    super(refusal.detail);
    this.name = 'GrantRefused';
    this.refusal = refusal;
  }
}

/** A refusal as a problem. */
export function problemOf({ code, detail }: Refusal): Problem {
  return new Problem(code, detail);
}
