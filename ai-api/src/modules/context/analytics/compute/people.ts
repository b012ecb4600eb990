import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { Identity } from '../../../shared/identity/index.ts';
import type { People } from '../../../shared/people/index.ts';
import { authorDigest } from './commits.ts';

/** Who works in which team, as of now. */
export interface Roster {
  /** Teams by `user:<id>`; people without a team are not in it. */
  teams: ReadonlyMap<string, string>;
  /** Members of each team who are known as users or not; they are counted once, by their address. */
  members: readonly { person: string; team: string }[];
  authorOf(email: string | null): { author: string; team: string };
}

export interface RosterNeeds {
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'roster'>;
}

/** Joins users with builders by their e-mail address. */
export async function rosterOf(
  transaction: TenantTransaction,
  { identity, people }: RosterNeeds,
): Promise<Roster> {
  const users = new Map<string, string>();
  for (const [subject, email] of await identity.emails(transaction)) users.set(email.toLowerCase(), subject);
  const teamOf = new Map<string, string>();
  const members = [];
  for (const { email, team } of await people.roster(transaction)) {
    const address = email.toLowerCase();
    teamOf.set(address, team);
    members.push({ person: users.get(address) ?? authorDigest(address), team });
  }
  const teams = new Map<string, string>();
  for (const [address, subject] of users) {
    const team = teamOf.get(address);
    if (team !== undefined) teams.set(subject, team);
  }
  return {
    teams,
    members,
    authorOf: (email) => {
      if (email === null || email === '') return { author: 'unknown', team: '' };
      const address = email.toLowerCase();
      return { author: users.get(address) ?? authorDigest(address), team: teamOf.get(address) ?? '' };
    },
  };
}
