import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { builderIdByEmail, type People } from '../../shared/people/index.ts';
import { ENDED } from './states.ts';
import type { InstanceRow } from './store.ts';

const MAX_INSTANCES = 10_000;
const MAX_TEXTS = 200;
const MAX_EMAILS = 20;
const EMAIL = /[^\s@<>",;]+@[^\s@<>",;]+\.[a-z]{2,}/gi;

type Builders = Pick<People, 'findBuilder' | 'findBuilders'>;

/** What workflows say of a person: in what they were started with, and in what their steps took and answered. */
export function personalDataOf(people: Builders): PersonalData {
  return {
    tables: [
      'workflows.instances',
      'workflows.tasks',
      'workflows.compensations',
      'workflows.signals',
      'workflows.timeline',
    ],
    about: async (transaction, subject) => {
      const rows = await instancesOf(transaction, await namesOf(transaction, people, subject));
      if (rows.length === 0) return null;
      return {
        workflows: rows.map(({ id, template, state, input, output, started_by, created_at, ended_at }) => ({
          instanceId: id,
          template,
          state,
          input,
          output,
          startedBy: started_by,
          createdAt: created_at.toISOString(),
          endedAt: ended_at?.toISOString() ?? null,
        })),
      };
    },
    erase: async (transaction, _tenantId, subject) => {
      const names = await namesOf(transaction, people, subject);
      const named = await instancesOf(transaction, { ...names, userId: null });
      const ids = named.filter(({ state }) => ENDED.includes(state)).map(({ id }) => id);
      const removed = await removeInstances(transaction, ids);
      return removed + (await forgetStarter(transaction, subject));
    },
  };
}

/** The people that texts in a value name, by id, e-mail address or subject, as the audit trail knows them. */
export async function subjectsIn(
  transaction: TenantTransaction,
  people: Builders,
  value: unknown,
): Promise<string[]> {
  const texts = [...new Set(textsIn(value))].slice(0, MAX_TEXTS);
  const named = texts.map((text) => text.replace(/^builder:/, ''));
  const builders = await people.findBuilders(transaction, named);
  const mailed: string[] = [];
  for (const email of [...new Set(texts.flatMap((text) => text.match(EMAIL) ?? []))].slice(0, MAX_EMAILS)) {
    const builderId = await builderIdByEmail(transaction, email);
    if (builderId !== null) mailed.push(builderId);
  }
  const users = texts.filter((text) => /^user:[\w-]+$/.test(text));
  return [...[...new Set([...builders.keys(), ...mailed])].map((id) => `builder:${id}`), ...users];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length <= 200 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

interface Names {
  /** Texts that name the person as a whole. */
  whole: string[];
  /** Texts that name the person wherever they are. */
  within: string[];
  /** Of a person who signs in: what they started counts too. */
  userId: string | null;
}

async function namesOf(transaction: TenantTransaction, people: Builders, subject: string): Promise<Names> {
  const [, kind, id = ''] = /^(\w+):(.+)$/.exec(subject) ?? [];
  const builder = kind === 'builder' ? await people.findBuilder(transaction, id) : undefined;
  return {
    whole: id === '' ? [subject] : [subject, id],
    within: builder ? [builder.email] : [],
    userId: kind === 'user' ? id : null,
  };
}

/** Instances that name a person in their input or output, or in those of their steps. */
async function instancesOf(transaction: TenantTransaction, names: Names): Promise<InstanceRow[]> {
  const texts = [
    ...names.whole.map((text) => JSON.stringify(text)),
    ...names.within.map((text) => JSON.stringify(text).slice(1, -1)),
  ];
  const within = (...columns: string[]) =>
    sql.join(
      columns.flatMap((column) =>
        texts.map((text) => sql`position(${text} in coalesce(${sql.ref(column)}::text, '')) > 0`),
      ),
      sql` or `,
    );
  const { rows } = await sql<InstanceRow>`
    select * from workflows.instances as instance
    where ${within('instance.input', 'instance.output')}
      or exists (select from workflows.tasks as task where task.instance_id = instance.id
        and (${within('task.input', 'task.output')}))
      or exists (select from workflows.signals as signal where signal.instance_id = instance.id
        and (${within('signal.payload')}))
      or (${names.userId}::text is not null and instance.principal -> 'user' ->> 'id' = ${names.userId})
    order by id limit ${MAX_INSTANCES}`.execute(transaction);
  return rows;
}

/** Removes instances that have ended, those below others first; one with a child that is under way stays. */
export async function removeInstances(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<number> {
  let removed = 0;
  for (;;) {
    const { numDeletedRows } = await transaction
      .deleteFrom('workflows.instances')
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .where('ended_at', 'is not', null)
      .where(
        sql<boolean>`not exists (select from workflows.instances as child where child.parent_id = instances.id)`,
      )
      .executeTakeFirst();
    if (numDeletedRows === 0n) return removed;
    removed += Number(numDeletedRows);
  }
}

/** Of a person who signed in, their name in the instances that they started and that stay. */
async function forgetStarter(transaction: TenantTransaction, subject: string): Promise<number> {
  if (!subject.startsWith('user:')) return 0;
  const userId = subject.slice('user:'.length);
  await sql`
    update workflows.timeline as entry set who = 'an erased person'
    from workflows.instances as instance
    where instance.id = entry.instance_id and instance.principal -> 'user' ->> 'id' = ${userId}
      and entry.who = instance.principal -> 'user' ->> 'name'`.execute(transaction);
  const { numAffectedRows } = await sql`
    update workflows.instances
    set principal = jsonb_set(principal, '{user}', jsonb_build_object('id', principal -> 'user' ->> 'id',
      'email', '', 'name', '', 'builderId', null)), started_by = 'an erased person'
    where principal -> 'user' ->> 'id' = ${userId}`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}
