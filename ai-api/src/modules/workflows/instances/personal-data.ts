import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions as mentionsIn, type PersonalData } from '../../../platform/personal-data.ts';
import { builderIdByEmail, type People } from '../../shared/people/index.ts';
import type { Templates } from '../templates/index.ts';
import { mentions, type Names } from './mentions.ts';
import { hiding, withoutCredentials } from './secrets.ts';
import type { InstanceRow } from './store.ts';

const MAX_INSTANCES = 10_000;
/** Of one value: how many different texts and addresses are looked up. */
const SOME = { texts: 200, emails: 20 };
/** Of a page of instances, for records of who looked. */
export const ALL = { texts: 20_000, emails: 500 };
const EMAIL = /[^\s@<>",;]+@[^\s@<>",;]+\.[a-z]{2,}/gi;

type Builders = Pick<People, 'findBuilder' | 'findBuilders'>;

/** What workflows say of a person: in what they were started with, and in what their steps took and answered. */
export function personalDataOf(people: Builders, templates: Pick<Templates, 'definition'>): PersonalData {
  return {
    tables: [
      // What they take and answer may hold secrets, which `about` hides.
      {
        ...mentionsIn('workflows.instances', 'started_by'),
        exported: false,
        withheld: ['input', 'output', 'error', 'cancel_reason'],
      },
      { ...mentionsIn('workflows.tasks'), exported: false, withheld: ['input', 'output', 'error'] },
      { ...mentionsIn('workflows.compensations'), exported: false, withheld: ['input', 'error'] },
      { ...mentionsIn('workflows.signals', 'sent_by'), exported: false, withheld: ['payload'] },
      { ...mentionsIn('workflows.timeline', 'who'), exported: false, withheld: ['detail'] },
    ],
    disclosure: {
      categories: ['Workflows that name a person, with what their steps took and answered'],
      source: 'People, schedules and events that start workflows',
      purpose: 'Carrying out what takes several steps',
      sharedWith: ['The systems that a workflow of the company calls'],
    },
    about: async (transaction, subject) => {
      const rows = await instancesOf(transaction, await namesOf(transaction, people, subject), subject);
      if (rows.length === 0) return null;
      const workflows = [];
      for (const row of rows) workflows.push(await reported(transaction, templates, row));
      return { workflows };
    },
    erase: async (transaction, _tenantId, subject) => {
      const names = await namesOf(transaction, people, subject);
      const removed = await removeInstances(transaction, await endedAndBelow(transaction, names));
      return removed + (await forgetStarter(transaction, subject));
    },
  };
}

/** An instance as a person may see it who did not start it: without its secrets. */
async function reported(
  transaction: TenantTransaction,
  templates: Pick<Templates, 'definition'>,
  row: InstanceRow,
) {
  const hidden = await hiding(transaction, templates, row);
  return hidden({
    instanceId: row.id,
    template: row.template,
    state: row.state,
    input: row.input,
    output: withoutCredentials(row.output),
    startedBy: row.started_by,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  });
}

/** The people that texts in a value name, by id, e-mail address or subject, as the audit trail knows them. */
export async function subjectsIn(
  transaction: TenantTransaction,
  people: Builders,
  value: unknown,
  most = SOME,
): Promise<string[]> {
  const texts = [...new Set(textsIn(value))].slice(0, most.texts);
  const named = texts.map((text) => text.replace(/^builder:/, ''));
  const builders = await people.findBuilders(transaction, named);
  const mailed: string[] = [];
  for (const email of [...new Set(texts.flatMap((text) => text.match(EMAIL) ?? []))].slice(0, most.emails)) {
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

async function namesOf(transaction: TenantTransaction, people: Builders, subject: string): Promise<Names> {
  const [, kind, id = ''] = /^(\w+):(.+)$/.exec(subject) ?? [];
  if (kind === 'email') return { ids: [subject], emails: [id] };
  const builder = kind === 'builder' ? await people.findBuilder(transaction, id) : undefined;
  return { ids: id === '' ? [subject] : [subject, id], emails: builder ? [builder.email] : [] };
}

/** Whether an instance names a person in its input or output, or in what its steps, compensations and signals hold. */
function namesPerson(person: Names) {
  return sql<boolean>`(${mentions('instance.input', person)} or ${mentions('instance.output', person)}
    or exists (select from workflows.tasks as task where task.instance_id = instance.id
      and (${mentions('task.input', person)} or ${mentions('task.output', person)}))
    or exists (select from workflows.compensations as undo where undo.instance_id = instance.id
      and ${mentions('undo.input', person)})
    or exists (select from workflows.signals as signal where signal.instance_id = instance.id
      and ${mentions('signal.payload', person)}))`;
}

/** Instances that name a person, and those that a person who signs in started. */
async function instancesOf(
  transaction: TenantTransaction,
  person: Names,
  subject: string,
): Promise<InstanceRow[]> {
  const userId = subject.startsWith('user:') ? subject.slice('user:'.length) : null;
  const { rows } = await sql<InstanceRow>`
    select * from workflows.instances as instance
    where ${namesPerson(person)}
      or (${userId}::text is not null and instance.principal -> 'user' ->> 'id' = ${userId})
    order by id limit ${MAX_INSTANCES}`.execute(transaction);
  return rows;
}

/** Instances that have ended and name a person, with those that they started. */
async function endedAndBelow(transaction: TenantTransaction, person: Names): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive named as (
      select id from workflows.instances as instance where ended_at is not null and ${namesPerson(person)}
      union
      select child.id from workflows.instances as child inner join named on child.parent_id = named.id
    )
    select id from named`.execute(transaction);
  return rows.map(({ id }) => id);
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
