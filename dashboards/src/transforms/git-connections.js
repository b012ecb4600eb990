import { ago } from './helpers.js';

const CREDENTIALS = { token: 'Token', 'github-app': 'GitHub App' };

/** Connections to forges, and whether they can be read. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      connectionId: one.connectionId,
      name: one.name,
      provider: one.provider === 'github' ? 'GitHub' : 'GitLab',
      reads: CREDENTIALS[one.credential] ?? 'Nothing: webhooks only',
      last: ago(one.lastDeliveryAt),
      state: one.lastError ?? (one.lastDeliveryAt ? 'ok' : 'No webhook yet'),
    })),
  };
}
