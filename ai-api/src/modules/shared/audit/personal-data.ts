import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { auditContent } from './retention.ts';

/** Who did what: entries stay, for the chain; an erasure empties the parts about the person. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'audit.events',
        of: ['subject', 'acting_for', 'actor_name'],
        by: ['actor_key_id'],
        erase: { keep: 'The chain would break; an entry names people by their ids alone.' },
      },
      {
        table: 'audit.payloads',
        of: ['subjects[]'],
        erase: { keep: 'The content is erased by the audit trail itself; the digest stays for the chain.' },
        withheld: ['salt'],
      },
      mentions('audit.heads'),
    ],
    retention: [auditContent],
    disclosure: {
      categories: ['Who changed what and when, with the content of the change'],
      source: 'Every write of people, API keys and the system',
      purpose: 'Accountability, security and evidence for auditors',
      sharedWith: [],
    },
  };
}
