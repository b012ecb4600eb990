import { expect } from 'vitest';
import { type AnswerOf, type Step, step } from './step.ts';

const DEVICE = 'fingerprint-of-a-desk';
const USER = 'ada';
const OTHER = 'fingerprint-of-a-laptop';
const reason = 'The contract says so, as agreed.';
const licence = (answerOf: AnswerOf) => answerOf('licence.create');
const keyed = (answerOf: AnswerOf) => ({ licenseKey: licence(answerOf).licenseKey });
const held = (answerOf: AnswerOf) => ({
  sessionId: answerOf('seat.acquire', 'held').sessionId,
  device: DEVICE,
});
const other = (answerOf: AnswerOf) => ({
  sessionId: answerOf('seat.acquire', 'other').sessionId,
  device: OTHER,
});
const acquireOther = step('seat.acquire', (answerOf) => ({ ...keyed(answerOf), device: OTHER, user: USER }), {
  name: 'other',
  matches: { state: 'held' },
});

/** A product, a licence, and its seats. */
export const licences: Step[] = [
  step(
    'licenceProduct.create',
    { code: 'drawing', name: 'Drawing', entitlements: ['export', 'render'] },
    { matches: { code: 'drawing' } },
  ),
  step(
    'licenceProduct.update',
    (answerOf) => ({
      productId: answerOf('licenceProduct.create').productId,
      name: 'Drawing Pro',
      entitlements: ['export', 'render', 'share'],
    }),
    { matches: { name: 'Drawing Pro' } },
  ),
  step('licenceProduct.list', {}, { matches: { items: [{ code: 'drawing' }] } }),
  step(
    'licence.create',
    (answerOf) => ({
      productId: answerOf('licenceProduct.create').productId,
      name: 'Design team',
      maxSeats: 2,
      entitlements: ['export'],
      expiresAt: new Date(Date.now() + 20 * 86_400_000).toISOString(),
      policy: { maxPerUser: 2 },
    }),
    { matches: { version: 1, state: 'active', policy: { ttlSeconds: 360, maxPerUser: 2 } } },
  ),
  step(
    'licence.update',
    (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 1, maxSeats: 3 }),
    { matches: { version: 2, maxSeats: 3 } },
  ),
  step('licence.list', { state: 'active' }, { matches: { items: [{ name: 'Design team' }] } }),
  step('licence.get', (answerOf) => ({ licenceId: licence(answerOf).licenceId }), {
    matches: { version: 2 },
  }),
  step(
    'seat.acquire',
    (answerOf) => ({
      ...keyed(answerOf),
      device: DEVICE,
      user: USER,
      product: 'drawing',
      entitlements: ['export'],
    }),
    {
      name: 'held',
      matches: { code: 'ACQUIRED', heartbeatAfterSeconds: 120, seats: { used: 1, max: 3 } },
      check: ({ token }) => expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    },
  ),
  step('seat.heartbeat', (answerOf) => ({ ...held(answerOf), idleSeconds: 5 }), {
    matches: { code: 'EXTENDED', token: null },
  }),
  step('seat.status', (answerOf) => ({ ...keyed(answerOf), device: DEVICE }), {
    matches: { code: 'OK', seats: { used: 1 }, session: { state: 'held' } },
  }),
  step('seat.borrow', (answerOf) => ({ ...held(answerOf), hours: 24 }), { matches: { code: 'BORROWED' } }),
  step('seat.return', held, { matches: { code: 'RETURNED', state: 'held' } }),
  step('seat.release', held, { matches: { code: 'RELEASED', state: 'released' } }),
  acquireOther,
  step('seat.releaseSession', other, { matches: { code: 'RELEASED' } }),
  acquireOther,
  step('seat.releaseByPost', other, { matches: { code: 'RELEASED' } }),
  acquireOther,
  step(
    'licenceSession.evict',
    (answerOf) => ({ sessionId: answerOf('seat.acquire', 'other').sessionId, reason }),
    { matches: { state: 'evicted' } },
  ),
  step(
    'licenceSession.list',
    (answerOf) => ({ licenceId: licence(answerOf).licenceId, state: 'evicted' as const }),
    {
      matches: { items: [{ state: 'evicted' }] },
    },
  ),
  step('licence.devices', (answerOf) => ({ licenceId: licence(answerOf).licenceId }), {
    check: ({ items }) => expect(items).toHaveLength(2),
  }),
  step('licence.blockDevice', (answerOf) => ({
    licenceId: licence(answerOf).licenceId,
    device: answerOf('licence.devices').items[0]?.device ?? '',
    blocked: true,
    reason,
  })),
  step(
    'licence.file',
    (answerOf) => ({ licenceId: licence(answerOf).licenceId, device: 'fingerprint-of-a-ship', hours: 48 }),
    { check: ({ content }) => expect(JSON.parse(content)).toMatchObject({ product: 'drawing' }) },
  ),
  step('licenceSession.denials', {}, { check: ({ items }) => expect(items).toEqual([]) }),
  step('licenceAnalytics.usage', (answerOf) => ({ licenceId: licence(answerOf).licenceId }), {
    check: ({ licences: [usage] }) => expect(usage?.sessions).toBeGreaterThanOrEqual(5),
  }),
  step('licenceAnalytics.expiring', { days: 30 }, { matches: { items: [{ daysLeft: 20 }] } }),
  step('licence.suspend', (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 2, reason }), {
    matches: { state: 'suspended' },
  }),
  step('licence.reinstate', (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 3, reason }), {
    matches: { state: 'active' },
  }),
  step(
    'licence.renew',
    (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 4, expiresAt: null }),
    {
      matches: { expiresAt: null },
    },
  ),
  step('licence.rotateKey', (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 5 })),
  step('licence.revoke', (answerOf) => ({ licenceId: licence(answerOf).licenceId, version: 6, reason }), {
    matches: { state: 'revoked' },
  }),
  step('signingKey.rotate', {}, { matches: { provider: 'local', state: 'signing' } }),
  step('signingKey.list', {}, { matches: { items: [{ state: 'signing' }, { state: 'verifying' }] } }),
];
