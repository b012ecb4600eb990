import type { PersonalData } from '../../../platform/personal-data.ts';

/** Tickets of open pages, which expire after a minute. */
export function personalData(): PersonalData {
  return {
    tables: [{ table: 'events.tickets', of: ['caller{}'], erase: 'delete', withheld: ['hash'] }],
    disclosure: {
      categories: ['The account behind an open page'],
      source: 'Pages that people open',
      purpose: 'Live updates of pages',
      sharedWith: [],
    },
  };
}
