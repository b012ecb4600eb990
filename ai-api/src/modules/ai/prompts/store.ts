import canonicalize from 'canonicalize';
import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type PromptRecord = Selectable<Schema['prompts.prompts']>;
export type VersionRecord = Selectable<Schema['prompts.versions']>;
export type LabelRecord = Selectable<Schema['prompts.labels']>;
/** Who moved a label, in moves that were made in Langfuse. */
export const LANGFUSE = 'Langfuse';

export type MoveRecord = Selectable<Schema['prompts.label_moves']>;

/** What a version is made of. */
export interface VersionContent {
  text: string;
  variables: readonly { name: string; description: string; value?: string | undefined }[];
  config: Readonly<Record<string, unknown>>;
}
export interface NewVersion extends VersionContent {
  name: string;
  version: number;
  commitMessage: string;
  origin: VersionRecord['origin'];
  langfuseVersion: number | null;
  createdBy: string;
  createdById: string;
}

export function findPrompt(transaction: TenantTransaction, name: string): Promise<PromptRecord | undefined> {
  return transaction.selectFrom('prompts.prompts').selectAll().where('name', '=', name).executeTakeFirst();
}

/** The prompt, made if there is none, kept from changing by others until the transaction ends. */
export async function lockPrompt(
  transaction: TenantTransaction,
  name: string,
  description: string | undefined,
): Promise<PromptRecord> {
  await transaction
    .insertInto('prompts.prompts')
    .values({ name, description: description ?? '' })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .execute();
  const locked = await transaction
    .selectFrom('prompts.prompts')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (description === undefined || description === locked.description) return locked;
  await updatePrompt(transaction, name, { description });
  return { ...locked, description };
}

export async function updatePrompt(
  transaction: TenantTransaction,
  name: string,
  { held, ...values }: Partial<Pick<PromptRecord, 'description' | 'mirrored_at' | 'mirror_error' | 'held'>>,
): Promise<void> {
  await transaction
    .updateTable('prompts.prompts')
    .set({ ...values, ...(held === undefined ? {} : { held: held && JSON.stringify(held) }) })
    .where('name', '=', name)
    .execute();
}

export function listPrompts(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<(PromptRecord & { latest: number })[]> {
  let query = transaction
    .selectFrom('prompts.prompts as prompt')
    .selectAll()
    .select((query) =>
      query
        .selectFrom('prompts.versions as version')
        .select(sql<number>`max(version.version)`.as('latest'))
        .whereRef('version.name', '=', 'prompt.name')
        .as('latest'),
    )
    .orderBy('name')
    .limit(limit);
  if (after !== null) query = query.where('name', '>', after);
  return query.$narrowType<{ latest: number }>().execute();
}

/** Number of the newest version; 0 without one. */
export async function latestVersion(transaction: TenantTransaction, name: string): Promise<number> {
  const { latest } = await transaction
    .selectFrom('prompts.versions')
    .select((query) => query.fn.max('version').as('latest'))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return latest ?? 0;
}

/** Every variable that a version of a prompt declared, as the newest of them did. */
export async function declaredVariables(
  transaction: TenantTransaction,
  name: string,
): Promise<Map<string, VersionContent['variables'][number]>> {
  const rows = await transaction
    .selectFrom('prompts.versions')
    .select('variables')
    .where('name', '=', name)
    .orderBy('version')
    .execute();
  return new Map(
    rows.flatMap(({ variables }) => variables.map((variable) => [variable.name, variable] as const)),
  );
}

export async function insertVersion(transaction: TenantTransaction, given: NewVersion): Promise<void> {
  await transaction
    .insertInto('prompts.versions')
    .values({
      name: given.name,
      version: given.version,
      text: given.text,
      variables: JSON.stringify(given.variables),
      config: JSON.stringify(given.config),
      commit_message: given.commitMessage,
      origin: given.origin,
      langfuse_version: given.langfuseVersion,
      created_by: given.createdBy,
      created_by_id: given.createdById,
    })
    .execute();
}

export function findVersion(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<VersionRecord | undefined> {
  return transaction
    .selectFrom('prompts.versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** Versions below `before`, newest first. */
export function listVersions(
  transaction: TenantTransaction,
  name: string,
  before: number | null,
  limit: number,
): Promise<VersionRecord[]> {
  let query = transaction
    .selectFrom('prompts.versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return query.execute();
}

/** Which versions of Langfuse the mirror has, by prompt. */
export async function langfuseVersions(transaction: TenantTransaction): Promise<Map<string, Set<number>>> {
  const rows = await transaction
    .selectFrom('prompts.versions')
    .select(['name', 'langfuse_version'])
    .where('langfuse_version', 'is not', null)
    .execute();
  const byName = Map.groupBy(rows, ({ name }) => name);
  const numbers = (own: typeof rows) => new Set(own.map((row) => row.langfuse_version as number));
  return new Map([...byName].map(([name, own]) => [name, numbers(own)]));
}

export function versionOfLangfuse(
  transaction: TenantTransaction,
  name: string,
  langfuseVersion: number,
): Promise<VersionRecord | undefined> {
  return transaction
    .selectFrom('prompts.versions')
    .selectAll()
    .where('name', '=', name)
    .where('langfuse_version', '=', langfuseVersion)
    .executeTakeFirst();
}

export async function linkLangfuse(
  transaction: TenantTransaction,
  name: string,
  version: number,
  langfuseVersion: number,
): Promise<void> {
  await transaction
    .updateTable('prompts.versions')
    .set({ langfuse_version: langfuseVersion })
    .where('name', '=', name)
    .where('version', '=', version)
    .execute();
}

/** Says of every prompt but some why it could not be mirrored. */
export async function updatePrompts(
  transaction: TenantTransaction,
  but: readonly string[],
  mirrorError: string,
): Promise<void> {
  let query = transaction.updateTable('prompts.prompts').set({ mirror_error: mirrorError });
  if (but.length > 0) query = query.where('name', 'not in', [...but]);
  await query.execute();
}

/** Whether two versions say the same to a model. */
export function isSame(a: VersionContent, b: VersionContent): boolean {
  const of = ({ text, variables, config }: VersionContent) => canonicalize({ text, variables, config });
  return of(a) === of(b);
}

export function labelsOf(transaction: TenantTransaction, names: string[]): Promise<LabelRecord[]> {
  if (names.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('prompts.labels')
    .selectAll()
    .where('name', 'in', names)
    .orderBy('name')
    .orderBy('label')
    .execute();
}

export function findLabel(
  transaction: TenantTransaction,
  name: string,
  label: string,
): Promise<LabelRecord | undefined> {
  return transaction
    .selectFrom('prompts.labels')
    .selectAll()
    .where('name', '=', name)
    .where('label', '=', label)
    .executeTakeFirst();
}

interface Move {
  name: string;
  label: string;
  /** 0 when nothing has the label. */
  from: number;
  to: number;
  movedBy: string;
  movedAt: Date;
  reason: string | null;
}

/** Moves a label that is where `from` says, and keeps the move. False when it is elsewhere by now. */
export async function moveLabel(transaction: TenantTransaction, move: Move): Promise<boolean> {
  const { name, label, from, to, movedBy, movedAt } = move;
  const values = { version: to, moved_by: movedBy, moved_at: movedAt };
  const moved =
    from === 0
      ? await transaction
          .insertInto('prompts.labels')
          .values({ name, label, ...values })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'name', 'label']).doNothing())
          .returning('version')
          .executeTakeFirst()
      : await transaction
          .updateTable('prompts.labels')
          .set(values)
          .where('name', '=', name)
          .where('label', '=', label)
          .where('version', '=', from)
          .returning('version')
          .executeTakeFirst();
  if (!moved) return false;
  await insertMove(transaction, { ...move, from: from || null });
  return true;
}

/** Says when a label came to its place. */
export async function stampLabel(
  transaction: TenantTransaction,
  name: string,
  label: string,
  movedAt: Date,
): Promise<void> {
  await transaction
    .updateTable('prompts.labels')
    .set({ moved_at: movedAt })
    .where('name', '=', name)
    .where('label', '=', label)
    .execute();
}

/** Takes a label away; the version that had it, or undefined. */
export async function removeLabel(
  transaction: TenantTransaction,
  name: string,
  label: string,
  moved: Pick<Move, 'movedBy' | 'movedAt'>,
): Promise<number | undefined> {
  const removed = await transaction
    .deleteFrom('prompts.labels')
    .where('name', '=', name)
    .where('label', '=', label)
    .returning('version')
    .executeTakeFirst();
  if (removed)
    await insertMove(transaction, { name, label, from: removed.version, to: null, ...moved, reason: null });
  return removed?.version;
}

async function insertMove(
  transaction: TenantTransaction,
  {
    name,
    label,
    from,
    to,
    movedBy,
    movedAt,
    reason,
  }: Omit<Move, 'from' | 'to'> & { from: number | null; to: number | null },
): Promise<void> {
  const values = {
    id: uuidv7(),
    name,
    label,
    from_version: from,
    to_version: to,
    moved_by: movedBy,
    moved_at: movedAt,
    reason,
  };
  await transaction.insertInto('prompts.label_moves').values(values).execute();
}

/** Moves before `before`, newest first. */
export function listMoves(
  transaction: TenantTransaction,
  name: string,
  before: string | null,
  limit: number,
): Promise<MoveRecord[]> {
  let query = transaction
    .selectFrom('prompts.label_moves')
    .selectAll()
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

/** Every move of one label, oldest first. */
export function movesOf(transaction: TenantTransaction, name: string, label: string): Promise<MoveRecord[]> {
  return transaction
    .selectFrom('prompts.label_moves')
    .selectAll()
    .where('name', '=', name)
    .where('label', '=', label)
    .orderBy('id')
    .execute();
}
