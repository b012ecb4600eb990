import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { Identity } from '../../../shared/identity/index.ts';
import type { People } from '../../../shared/people/index.ts';
import type { Privacy } from '../../../shared/privacy/index.ts';
import { authorDigest } from './commits.ts';
import { isLeftOut } from './consent.ts';

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
  privacy: Pick<Privacy, 'objectors' | 'consent'>;
}

/** Joins users with builders by their e-mail address. Users who objected to analytics are in no team: totals alone count them. So are people who have not agreed where that is needed. */
export async function rosterOf(
  transaction: TenantTransaction,
  { identity, people, privacy }: RosterNeeds,
  now: Date,
): Promise<Roster> {
  const users = new Map<string, string>();
  for (const [subject, email] of await identity.emails(transaction)) users.set(email.toLowerCase(), subject);
  const objectors = await privacy.objectors(transaction);
  const consent = await privacy.consent(transaction);
  const today = now.toISOString().slice(0, 10);
  const teamOf = new Map<string, string>();
  const members = [];
  for (const { builder_id, email, team } of await people.roster(transaction)) {
    const address = email.toLowerCase();
    if (objectors.has(`builder:${builder_id}`) || objectors.has(users.get(address) ?? '')) continue;
    if (isLeftOut(consent, users.get(address) ?? `builder:${builder_id}`, today)) continue;
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

/** Takes people who objected out of the teams of days that were computed before. */
export async function forgetTeams(
  transaction: TenantTransaction,
  { privacy, identity, people }: RosterNeeds,
): Promise<void> {
  const objectors = await privacy.objectors(transaction);
  if (objectors.size === 0) return;
  const addresses = new Set<string>();
  for (const [subject, email] of await identity.emails(transaction))
    if (objectors.has(subject)) addresses.add(email.toLowerCase());
  for (const { builder_id, email } of await people.roster(transaction))
    if (objectors.has(`builder:${builder_id}`)) addresses.add(email.toLowerCase());
  const persons = [...objectors, ...[...addresses].map(authorDigest)];
  await sql`update context.activity_days set team = '' where team <> '' and owner = any(${persons})`.execute(
    transaction,
  );
  await sql`update context.commit_figures set team = '' where team <> '' and author = any(${persons})`.execute(
    transaction,
  );
}
