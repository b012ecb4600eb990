import type { Client } from '../../ai-api/src/catalogue/client.ts';
import type { Role } from '../../ai-api/src/contract/operation.ts';

/** A person of the sample company who signs in. */
export interface SamplePerson {
  name: string;
  email: string;
  roles: Role[];
  userId: string;
}

const at = (name: string) => `${name}@sample-company.example`;

/** E-mail addresses of the people whose pages are shown. */
export const PEOPLE = {
  executive: at('rowan.ledger'),
  builder: at('quill.marrow'),
  reviewer: at('sorrel.tally'),
  operations: at('flint.relay'),
  council: at('teasel.quorum'),
} as const;
export type SampleRole = keyof typeof PEOPLE;

/** The second reviewer, so that agreement can be measured. */
export const SECOND_REVIEWER = at('juniper.quarry');

const ACCOUNTS: Omit<SamplePerson, 'userId'>[] = [
  { email: PEOPLE.executive, name: 'Rowan Ledger', roles: ['executive', 'reviewer'] },
  { email: PEOPLE.builder, name: 'Quill Marrow', roles: ['builder'] },
  { email: PEOPLE.reviewer, name: 'Sorrel Tally', roles: ['reviewer'] },
  { email: PEOPLE.operations, name: 'Flint Relay', roles: ['ops', 'admin'] },
  { email: PEOPLE.council, name: 'Teasel Quorum', roles: ['council'] },
  { email: SECOND_REVIEWER, name: 'Juniper Quarry', roles: ['reviewer'] },
];

/**
 * Makes the people of the sample company who are not there yet; all have the same password. Each is linked with a
 * ToolJet account whose id is their own, so that a service key may act for them.
 */
export async function makePeople(client: Client, password: string): Promise<SamplePerson[]> {
  return Promise.all(
    ACCOUNTS.map(async (account) => {
      const { items } = await client.user.list({ search: account.email, limit: 1 });
      if (items[0]) return { ...account, userId: items[0].userId };
      const { userId } = await client.user.create({ ...account, password });
      await client.user.link({ userId, issuer: 'tooljet', subject: userId });
      return { ...account, userId };
    }),
  );
}
