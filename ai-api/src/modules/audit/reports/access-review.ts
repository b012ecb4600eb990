import { writesByKey } from '../store.ts';
import { period, type ReportFile, type ReportParts, type ReportRequest } from './report.ts';
import { csvLine, heading } from './text.ts';

const COLUMNS = [
  'key_id',
  'name',
  'prefix',
  'roles',
  'created_at',
  'expires_at',
  'expired',
  'writes_in_period',
  'last_write_in_period',
  'keep_or_remove',
  'reviewer',
  'reviewed_on',
];

/** Every credential with its roles and use, with columns for the reviewer's decision. SOC 2, CC6.2 and CC6.3. */
export function accessReview(parts: ReportParts, request: ReportRequest): ReportFile[] {
  const { database, identity, tenantId, now } = parts;
  async function* table() {
    yield csvLine(COLUMNS);
    const { keys, writes } = await database.withTenant(tenantId, async (transaction) => ({
      keys: await identity.listKeys(transaction),
      writes: await writesByKey(transaction, request),
    }));
    for (const key of keys) {
      const use = writes.get(key.id);
      yield csvLine([
        key.id,
        key.name,
        key.prefix,
        key.roles.join(' '),
        key.created_at.toISOString(),
        key.expires_at?.toISOString() ?? 'never',
        key.expires_at !== null && key.expires_at < now ? 'yes' : 'no',
        use?.entries ?? 0,
        use?.last.toISOString() ?? '',
        '',
        '',
        '',
      ]);
    }
  }
  const cover =
    heading('Access review', {
      'Made at': now.toISOString(),
      Period: period(request),
      Basis: 'SOC 2, Trust Services Criteria CC6.2 and CC6.3',
    }) +
    '`access.csv` lists every API key of this company, with its roles, its expiry and the entries it caused in ' +
    'the audit trail in the period. The last three columns are empty: the person who reviews fills them in, and ' +
    'that is the evidence, not this file alone. Reading leaves no entry in the trail, so a key without writes ' +
    'may still be in use. People who sign in to the workflow engine, the cloud account or the database are not ' +
    'listed here.\n';
  return [
    { name: 'README.md', contentType: 'text/markdown; charset=utf-8', text: [cover] },
    { name: 'access.csv', contentType: 'text/csv; charset=utf-8', text: table() },
  ];
}
