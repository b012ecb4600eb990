import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import * as textScreening from '../../../../migrations/0028-text-screening.ts';
import { databaseKinds } from '../../../../test/databases.ts';
import { activeRules, compileRules, defaultRules } from '../../../judgement/index.ts';
import { migrate } from '../../../platform/database/migrate.ts';
import { approvalKind } from './kind.ts';

test.each(databaseKinds())(
  'rules and facts that were stored under the former name of the screening are still read, on $name',
  async ({ create }) => {
    const home = await create();
    const database = await home.open();
    const owner = database.system('the test writes what an earlier version stored');
    await migrate(owner);
    const tenant = uuidv7();
    await sql`insert into identity.tenants (id, name) values (${tenant}, 'Earlier')`.execute(owner);
    const rule = (await defaultRules(approvalKind)).find(({ key }) => key === 'justification-sign');
    const stored = {
      ...rule,
      when: "request.textSign != 'none' && request . textSign != 'is not in plain English words'",
      message: 'The text {request.textSign}.',
    };
    for (const version of [1, 2])
      await sql`
        insert into judgement.rules (id, tenant_id, kind, key, version, definition, created_by)
        values (${uuidv7()}, ${tenant}, 'approval', ${stored.key}, ${version}, ${JSON.stringify(stored)}, 'test')
      `.execute(owner);
    const facts = { request: { hours: 2, textSign: 'none' }, day: { length: 24 } };
    await sql`
      insert into judgement.judgements (id, tenant_id, kind, subject_id, grade, coverage, needs_review,
        review_reasons, engine, criteria, feedback, facts, rules)
      values (${uuidv7()}, ${tenant}, 'approval', 'a', 'A', 1, false, '[]', 'rules', '[]', '', ${JSON.stringify(facts)}, '[]')
    `.execute(owner);

    const { up }: Migration = textScreening;
    await up(owner);

    const [active, other] = await database.withTenant(tenant, (transaction) =>
      activeRules(transaction, 'approval', new Date(Date.now() + 60_000)),
    );
    expect(other).toBeUndefined();
    expect(active).toEqual({
      ...stored,
      version: 2,
      when: "request.textScreening != 'none' && request.textScreening != 'is not in plain English words'",
      message: 'The text {request.textScreening}.',
    });
    expect(compileRules(approvalKind, active ? [active] : [])[0]?.paths).toEqual(['request.textScreening']);
    const { rows } = await sql`select facts from judgement.judgements`.execute(owner);
    expect(rows).toEqual([{ facts: { request: { hours: 2, textScreening: 'none' }, day: { length: 24 } } }]);
    const { rows: left } =
      await sql`select from judgement.rules where definition::text like '%textSign%'`.execute(owner);
    expect(left).toEqual([]);
    await database.close();
    await home.remove();
  },
);
