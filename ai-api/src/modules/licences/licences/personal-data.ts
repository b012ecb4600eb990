import type { PersonalData } from '../../../platform/personal-data.ts';
import type { People } from '../../shared/people/index.ts';

/** What sessions and denials say about a builder: those with their id or their e-mail address as user. */
export function personalDataOf(people: People): PersonalData {
  return {
    tables: ['licences.sessions', 'licences.denials'],
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
