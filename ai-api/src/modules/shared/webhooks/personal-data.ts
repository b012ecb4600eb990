import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { countOlder, removeOlder } from '../../../platform/retention.ts';

/** A delivery that waits stays. */
const ENDED = { table: 'events.deliveries', column: 'updated_at', only: "status <> 'pending'" };

/** Where events are delivered, and what became of it. */
export function personalData(): PersonalData {
  return {
    tables: [
      { ...mentions('events.endpoints'), withheld: ['secret', 'previous_secret'] },
      mentions('events.deliveries'),
      mentions('events.attempts'),
    ],
    retention: [
      {
        kind: 'webhook-deliveries',
        title: 'Deliveries of webhooks with their attempts',
        tables: ['events.deliveries', 'events.attempts'],
        keeps: 'Deliveries that wait, endpoints, and the events.',
        floor: 'A delivery that failed can be sent again for a week.',
        defaultDays: null,
        minDays: 7,
        maxDays: 3650,
        count: (transaction, before) => countOlder(transaction, ENDED, before),
        remove: (transaction, _tenantId, before, limit) => removeOlder(transaction, ENDED, before, limit),
      },
    ],
    disclosure: {
      categories: ['Addresses of webhooks, and errors of deliveries'],
      source: 'Administrators, and the systems that receive events',
      purpose: 'Delivering events',
      sharedWith: [],
    },
  };
}
