import type { Database } from '../src/platform/database/index.ts';

/** Published events of a type, oldest first, as the outbox holds them. */
export async function publishedEvents(database: Database, type: string): Promise<Record<string, unknown>[]> {
  const rows = await database
    .system('the test looks behind the API')
    .selectFrom('events.outbox')
    .select('data')
    .where('type', '=', type)
    .orderBy('id')
    .execute();
  return rows.map(({ data }) => data as Record<string, unknown>);
}
