import { ACT_AS } from '../../../contract/scopes.ts';
import { writesByActor } from '../audit/index.ts';
import { period, type ReportFile, type ReportParts, type ReportRequest } from './report.ts';
import { DESCRIPTIONS } from './standards.ts';
import { csvLine, heading } from './text.ts';

/** Filled in by the person who reviews. */
const DECISION = ['keep_or_remove', 'reviewer', 'reviewed_on'];
const UNDECIDED = DECISION.map(() => '');

const KEY_COLUMNS = [
  'key_id',
  'name',
  'prefix',
  'roles',
  'scopes',
  'acts_for_people',
  'created_by',
  'created_at',
  'status',
  'expires_at',
  'revoked_at',
  'last_used_at',
  'writes_in_period',
  'last_write_in_period',
  ...DECISION,
];

const USER_COLUMNS = [
  'user_id',
  'email',
  'name',
  'roles',
  'status',
  'signs_in_by',
  'created_at',
  'last_sign_in_at',
  'writes_in_period',
  'last_write_in_period',
  ...DECISION,
];

/** Every person and every key with what they may do and how they use it, with columns for the reviewer's decision. */
export function accessReview(parts: ReportParts, request: ReportRequest): ReportFile[] {
  const { title, basis, controls, covers, notCovered } = DESCRIPTIONS[request.kind];
  const cover =
    heading(title, {
      'Made at': parts.now.toISOString(),
      Period: period(request),
      Basis: basis,
      Controls: controls.join(', '),
    }) +
    `The files contain ${covers}. \`users.csv\` says how people sign in (a password, or the issuer that vouches for ` +
    'them). In `keys.csv`, a key that `acts_for_people` can do what any person can whom it names; what a key did for a ' +
    'person counts for both. The last three columns are empty: the person who reviews fills them in, and that is the ' +
    `evidence, not these files alone.\n\n${notCovered} \`users.csv\` holds names and e-mail addresses that an erasure ` +
    'does not reach. The API deletes it when the retention period of the trail ends; delete your copies earlier.\n';
  const csv = { contentType: 'text/csv; charset=utf-8' } as const;
  return [
    { name: 'README.md', contentType: 'text/markdown; charset=utf-8', text: [cover] },
    { name: 'users.csv', ...csv, text: users(parts, request) },
    { name: 'keys.csv', ...csv, text: keys(parts, request) },
  ];
}

async function* users({ database, identity, tenantId }: ReportParts, request: ReportRequest) {
  const { accounts, byPerson } = await database.withTenant(tenantId, async (transaction) => ({
    accounts: await identity.listAccounts(transaction),
    ...(await writesByActor(transaction, request)),
  }));
  yield csvLine(USER_COLUMNS);
  for (const account of accounts) {
    const use = byPerson.get(account.id);
    yield csvLine([
      account.id,
      account.email,
      account.name,
      account.roles.join(' '),
      account.status,
      account.signsInBy.join(' ') || 'nothing yet',
      account.createdAt.toISOString(),
      account.lastSignInAt?.toISOString() ?? 'never',
      use?.entries ?? 0,
      use?.last.toISOString() ?? '',
      ...UNDECIDED,
    ]);
  }
}

async function* keys({ database, identity, tenantId, now }: ReportParts, request: ReportRequest) {
  const { all, byKey } = await database.withTenant(tenantId, async (transaction) => ({
    all: await identity.listKeys(transaction),
    ...(await writesByActor(transaction, request)),
  }));
  yield csvLine(KEY_COLUMNS);
  for (const key of all) {
    const use = byKey.get(key.id);
    const isExpired = key.expires_at !== null && key.expires_at <= now;
    yield csvLine([
      key.id,
      key.name,
      key.prefix,
      key.roles.join(' '),
      key.scopes.join(' '),
      key.scopes.includes(ACT_AS) ? 'yes' : 'no',
      key.created_by ?? 'the installation',
      key.created_at.toISOString(),
      key.revoked_at ? 'revoked' : isExpired ? 'expired' : 'active',
      key.expires_at?.toISOString() ?? 'never',
      key.revoked_at?.toISOString() ?? '',
      key.last_used_at?.toISOString() ?? 'never',
      use?.entries ?? 0,
      use?.last.toISOString() ?? '',
      ...UNDECIDED,
    ]);
  }
}
