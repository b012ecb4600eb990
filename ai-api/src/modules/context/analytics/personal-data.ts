import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import { emailOfSubject } from '../repositories/index.ts';
import { authorDigest } from './compute/commits.ts';

interface Persons {
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'findBuilder'>;
}

/** Figures of a person by day, and of their commits: all of them in an export, none of them after an erasure. */
export function personalDataOf(persons: Persons): PersonalData {
  /** How figures of commits name a person: as a user, and by the digest of an address from before it belonged to a user. */
  async function authorsOf(transaction: TenantTransaction, subject: string): Promise<string[]> {
    const email = (await emailOfSubject(transaction, persons, subject))?.toLowerCase();
    if (email === undefined) return [subject];
    const users = [...(await persons.identity.emails(transaction))].filter(
      ([, address]) => address.toLowerCase() === email,
    );
    return [...new Set([subject, authorDigest(email), ...users.map(([user]) => user)])];
  }

  return {
    tables: [
      { table: 'context.activity_days', of: ['owner'] },
      { table: 'context.retained_links', of: ['owner'] },
      mentions('context.commit_figures', 'author'),
      mentions('context.knowledge_gaps'),
      mentions('context.model_prices', 'set_by'),
      mentions('context.vendor_spend', 'imported_by'),
    ],
    disclosure: {
      categories: ['Use of coding assistants by day, and figures of commits'],
      source: 'Conversations and commits',
      purpose: 'Analytics of teams; a person can object',
      sharedWith: [],
    },
    about: async (transaction, subject) => {
      if (!isPerson(subject)) return null;
      const activity = await transaction
        .selectFrom('context.activity_days')
        .selectAll()
        .where('owner', '=', subject)
        .orderBy('day')
        .execute();
      const commits = await transaction
        .selectFrom('context.commit_figures')
        .selectAll()
        .where('author', 'in', await authorsOf(transaction, subject))
        .orderBy('day')
        .execute();
      const links = await transaction
        .selectFrom('context.retained_links')
        .selectAll()
        .where('owner', '=', subject)
        .orderBy('commit_id')
        .execute();
      return activity.length + commits.length + links.length === 0
        ? null
        : {
            activityByDay: activity.map(withoutTenant),
            commitFigures: commits.map(withoutTenant),
            retainedLinks: links.map(withoutTenant),
          };
    },
    erase: async (transaction, _tenantId, subject) => {
      if (!isPerson(subject)) return 0;
      const { rows } = await sql<{ day: string }>`
        with gone as (delete from context.retained_links where owner = ${subject})
        delete from context.activity_days where owner = ${subject} returning day::text`.execute(transaction);
      const { numUpdatedRows } = await transaction
        .updateTable('context.commit_figures')
        .set({ author: 'unknown', team: '' })
        .where('author', 'in', await authorsOf(transaction, subject))
        .executeTakeFirst();
      return rows.length + Number(numUpdatedRows);
    },
  };
}

const isPerson = (subject: string) => /^(user|builder|email):/.test(subject);

const withoutTenant = <T extends { tenant_id: string }>({ tenant_id: _, ...row }: T) => row;
