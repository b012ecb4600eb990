import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Definition } from './schema.ts';

export type VersionRecord = Omit<Selectable<Schema['agents.versions']>, 'definition'> & {
  definition: Definition;
};

/** An agent with its newest definition. */
export interface AgentRecord extends Selectable<Schema['agents.agents']> {
  definition: Definition;
}

/** Inserts an agent with version 1; null when the name is taken. */
export async function insertAgent(
  transaction: TenantTransaction,
  definition: Definition,
  createdBy: string,
): Promise<string | null> {
  const id = uuidv7();
  const added = await transaction
    .insertInto('agents.agents')
    .values({ id, name: definition.name })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) return null;
  await insertVersion(transaction, id, 1, definition, createdBy);
  return id;
}

async function insertVersion(
  transaction: TenantTransaction,
  agentId: string,
  version: number,
  definition: Definition,
  createdBy: string,
): Promise<void> {
  const row = { agent_id: agentId, version, definition: JSON.stringify(definition), created_by: createdBy };
  await transaction.insertInto('agents.versions').values(row).execute();
}

/** Whether another agent has the name. */
export async function isNameTaken(
  transaction: TenantTransaction,
  name: string,
  agentId: string,
): Promise<boolean> {
  const other = await transaction
    .selectFrom('agents.agents')
    .select('id')
    .where('name', '=', name)
    .where('id', '!=', agentId)
    .executeTakeFirst();
  return other !== undefined;
}

/** Makes the next version. False when `seen` is not the newest one, or the agent is archived. */
export async function storeNextVersion(
  transaction: TenantTransaction,
  agentId: string,
  seen: number,
  definition: Definition,
  createdBy: string,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('agents.agents')
    .set({ name: definition.name, version: seen + 1, updated_at: sql<Date>`now()` })
    .where('id', '=', agentId)
    .where('version', '=', seen)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) return false;
  await insertVersion(transaction, agentId, seen + 1, definition, createdBy);
  return true;
}

export async function archiveAgent(
  transaction: TenantTransaction,
  agentId: string,
  now: Date,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('agents.agents')
    .set({ archived_at: now })
    .where('id', '=', agentId)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

function agents(transaction: TenantTransaction) {
  return transaction
    .selectFrom('agents.agents as agent')
    .innerJoin('agents.versions as version', (join) =>
      join.onRef('version.agent_id', '=', 'agent.id').onRef('version.version', '=', 'agent.version'),
    )
    .selectAll('agent')
    .select('version.definition');
}

export async function findAgent(
  transaction: TenantTransaction,
  agentId: string,
): Promise<AgentRecord | undefined> {
  const row = await agents(transaction).where('agent.id', '=', agentId).executeTakeFirst();
  return row as AgentRecord | undefined;
}

/** Agents after `after`, by id. */
export async function listAgents(
  transaction: TenantTransaction,
  archived: boolean,
  after: string | null,
  limit: number,
): Promise<AgentRecord[]> {
  let query = agents(transaction)
    .where('agent.archived_at', archived ? 'is not' : 'is', null)
    .orderBy('agent.id')
    .limit(limit);
  if (after) query = query.where('agent.id', '>', after);
  return (await query.execute()) as AgentRecord[];
}

export async function findVersion(
  transaction: TenantTransaction,
  agentId: string,
  version: number,
): Promise<VersionRecord | undefined> {
  const row = await transaction
    .selectFrom('agents.versions')
    .selectAll()
    .where('agent_id', '=', agentId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row as VersionRecord | undefined;
}

/** Versions of an agent below `below`, newest first. */
export async function listVersions(
  transaction: TenantTransaction,
  agentId: string,
  below: number | null,
  limit: number,
): Promise<VersionRecord[]> {
  let query = transaction
    .selectFrom('agents.versions')
    .selectAll()
    .where('agent_id', '=', agentId)
    .orderBy('version', 'desc')
    .limit(limit);
  if (below !== null) query = query.where('version', '<', below);
  return (await query.execute()) as VersionRecord[];
}
