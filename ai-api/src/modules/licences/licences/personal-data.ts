import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import type { People } from '../../shared/people/index.ts';
import { countHistory, forgetHistory, HISTORY_TABLES } from './sessions/store.ts';

/**
 * What sessions and denials say about a builder: those with their id or their e-mail address as user.
 * @param historyDays days for which the installation keeps both where a company did not decide
 */
export function personalDataOf(people: People, historyDays: number): PersonalData {
  return {
    tables: [
      {
        table: 'licences.sessions',
        of: ['user_name'],
        by: ['member'],
        erase: { set: { user_name: '{email}', token: null } },
        withheld: ['token'],
      },
      { table: 'licences.denials', of: ['user_name'], erase: { set: { user_name: '{email}' } } },
      mentions('licences.products'),
      mentions('licences.blocked_devices', 'blocked_by'),
      { ...mentions('licences.licences', 'created_by'), withheld: ['key_hash'] },
    ],
    disclosure: {
      categories: ['Which user and device had a seat of a licence, and when'],
      source: 'The licence client',
      purpose: 'Counting seats',
      sharedWith: [],
    },
    retention: [
      {
        kind: 'licence-history',
        title: 'Sessions of licences that have ended, and denials',
        tables: HISTORY_TABLES,
        keeps: 'Sessions that go on, licences and blocked devices.',
        floor: 'Usage is reported for a quarter.',
        defaultDays: historyDays,
        minDays: 92,
        maxDays: 3650,
        count: countHistory,
        remove: (transaction, _tenantId, before, limit) => forgetHistory(transaction, before, limit),
      },
    ],
    about: async (transaction, subject) => {
      const [, builderId] = /^builder:(.+)$/.exec(subject) ?? [];
      if (builderId === undefined) return null;
      const builder = await people.findBuilder(transaction, builderId);
      const names = [builderId, ...(builder ? [builder.email] : [])];
      const sessions = await transaction
        .selectFrom('licences.sessions')
        .select(['id', 'licence_id', 'device', 'user_name', 'group_name', 'state', 'started_at', 'ended_at'])
        .where('user_name', 'in', names)
        .orderBy('id')
        .execute();
      const denials = await transaction
        .selectFrom('licences.denials')
        .select(['id', 'licence_id', 'device', 'user_name', 'code', 'attempts', 'first_at', 'last_at'])
        .where('user_name', 'in', names)
        .orderBy('id')
        .execute();
      return sessions.length + denials.length === 0
        ? null
        : { licenceSessions: sessions, licenceDenials: denials };
    },
  };
}
