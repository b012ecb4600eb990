import type { z } from 'zod';
import { type EventType, events } from '../../../contract/events.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { createEventLog } from './event-log.ts';
import { findEventSince, insertEvent } from './store.ts';

/** An event that was appended in the transaction that a subscriber is called with. */
export interface Published {
  tenantId: string;
  eventId: string;
  type: EventType;
  /** As the contract of its type has it. */
  data: object;
}

/** Is called for every event in the transaction that publishes it; what it writes commits with the event. */
export type Subscriber = (transaction: TenantTransaction, published: Published) => Promise<void>;

export type Events = ReturnType<typeof createEvents>;

/** The outbox: events are written in the transaction that causes them, and read from a log. */
export function createEvents(database: Database, now: () => Date) {
  const subscribers: Subscriber[] = [];

  return {
    /** Publishes with the transaction: the event exists if and only if it commits. */
    publish: async <T extends EventType>(
      transaction: TenantTransaction,
      tenantId: string,
      type: T,
      data: z.input<(typeof events)[T]['data']>,
    ): Promise<void> => {
      const parsed = events[type].data.parse(data);
      const eventId = await insertEvent(transaction, type, parsed, now());
      for (const subscriber of subscribers)
        await subscriber(transaction, { tenantId, eventId, type, data: parsed });
    },

    /** Appends an event that is for one reader, who is notified by the caller. Returns its id. */
    append: (transaction: TenantTransaction, type: EventType, data: object): Promise<string> =>
      insertEvent(transaction, type, data, now()),

    /** The newest event of these types after an id (UUIDv7) whose data has this value in a field; null when there is none. */
    findSince: (
      transaction: TenantTransaction,
      types: readonly EventType[],
      afterId: string,
      field: string,
      value: string,
    ) => findEventSince(transaction, types, afterId, field, value),

    /** Has a module react to every event, in its transaction. */
    subscribe: (subscriber: Subscriber): void => {
      subscribers.push(subscriber);
    },

    /** The committed events in order, for readers that follow them. */
    log: createEventLog(database),
  };
}
