import type { PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';

/** The outbox. Events name people by their ids; what else names them is replaced. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'events.outbox',
        of: ['data{}'],
        erase: {
          keep: 'An event is a fact about the company; its ids belong to an erased person from then on.',
        },
      },
    ],
    retention: [
      byAge({
        kind: 'events',
        title: 'Events without a delivery',
        table: 'events.outbox',
        column: 'occurred_at',
        keeps: 'Events with a delivery, which goes first.',
        floor: 'A reader of the stream of events that was away for some days goes on where it was.',
        only: 'not exists (select from events.deliveries where event_id = events.outbox.id)',
        defaultDays: null,
        minDays: 7,
        maxDays: 3650,
      }),
    ],
    disclosure: {
      categories: ['Events, such as a week that was graded'],
      source: 'What happens in the product',
      purpose: 'Notifying the systems of the company',
      sharedWith: ['The addresses to which the company sends its webhooks'],
    },
  };
}
