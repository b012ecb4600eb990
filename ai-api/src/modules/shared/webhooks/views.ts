import type { EventType } from '../../../contract/events.ts';
import { isPattern } from '../../../contract/topics.ts';
import type { AttemptRecord, DeliveryRecord } from './deliveries.ts';
import type { EndpointRecord, LastDelivery } from './store.ts';

/** An endpoint as the API answers it, without its secrets. */
export function endpointView(row: EndpointRecord, last: LastDelivery | undefined) {
  return {
    id: row.id,
    url: row.url,
    events: row.events.filter((name) => !isPattern(name)) as EventType[],
    topics: row.events.filter(isPattern),
    state: row.state,
    stateReason: row.state_reason,
    pausedUntil: row.paused_until?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lastDelivery: last
      ? {
          event: last.event,
          status: last.status,
          attempts: last.attempts,
          lastError: last.last_error,
          at: last.updated_at.toISOString(),
        }
      : null,
  };
}

/** A delivery with its attempts as the API answers it. */
export function deliveryView(row: DeliveryRecord, attempts: AttemptRecord[] = []) {
  return {
    deliveryId: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    event: row.event,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    attempts: attempts.map(({ at, duration_ms, response_status, error }) => ({
      at: at.toISOString(),
      durationMs: duration_ms,
      responseStatus: response_status,
      error,
    })),
  };
}
