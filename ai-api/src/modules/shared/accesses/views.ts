import { PURPOSES, type Reveals } from '../../../contract/reveals.ts';
import type { AccessRecord } from './store.ts';

type Shown = Pick<Reveals, 'what' | 'did'>;

const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
const KEY_FOR_USER = /^(?:user:|\S+ for )(\S+)$/;

/** The user who read, or for whom a key did; null for a key alone. */
export function userOf({ viewer }: Pick<AccessRecord, 'viewer'>): string | null {
  return KEY_FOR_USER.exec(viewer)?.[1] ?? null;
}

/** The key that comes with an installation has no name of its own. */
function keyName(key: string): string {
  return key === 'bootstrap' ? 'Initial API key' : `API key ${key}`;
}

/** An access as a person reads it. @param reveals what the operation shows, as its contract says it */
export function accessView(row: AccessRecord, reveals: Shown, names: ReadonlyMap<string, string>) {
  const userId = userOf(row);
  const name = userId === null ? keyName(row.viewer_key ?? '') : (names.get(userId) ?? 'A former account');
  const reader = { userId, name, key: row.viewer_key, role: row.role === '' ? null : row.role };
  return {
    accessId: row.id,
    sentence: sentenceOf(row, reveals, reader),
    operation: row.operation,
    what: reveals.what,
    detail: row.detail === '' ? null : row.detail,
    purpose: row.purpose,
    reason: row.reason === '' ? null : row.reason,
    reader,
    times: row.times,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
  };
}

/** Such as "Ana Silva (executive) read your weekly evaluation 2026-W45 for review, 3 times, last on November 9, 2026." */
function sentenceOf(
  row: AccessRecord,
  { what, did = `read your ${what}` }: Shown,
  {
    userId,
    name,
    key,
    role,
  }: { userId: string | null; name: string; key: string | null; role: string | null },
): string {
  const by = [
    role,
    userId !== null && key !== null ? `by the ${keyName(key).replace(/^I/, 'i')}` : null,
  ].filter((one) => one !== null);
  const who = by.length === 0 ? name : `${name} (${by.join(', ')})`;
  const detail = row.detail === '' ? '' : ` ${row.detail}`;
  const times = row.times === 1 ? '' : `, ${row.times} times`;
  const last = `${row.times === 1 ? 'on' : 'last on'} ${DAY.format(row.last_at)}`;
  const why = row.reason === '' ? '' : ` The reason given: ${row.reason}`;
  return `${who} ${did}${detail} for ${PURPOSES[row.purpose]}${times}, ${last}.${why}`;
}
