import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import {
  type DecidedBy,
  decidersOf,
  type Explains,
  factAt,
  findWithFacts,
  type JudgedByEngine,
  judgeAgain,
  type ReviewedJudgement,
  resultOf,
  withChanges,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { addWorkingDays } from '../../../platform/week.ts';
import { actorOf, record, requireDecider, requirePerson } from '../../shared/audit/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { bookOf, engineBefore } from '../explanations/index.ts';
import type { Change, Contestable } from './contestable.ts';
import type { Notices } from './notices.ts';
import { type Claim, refused, requireAnother, requireDecided, requireKnown, requireNew } from './rules.ts';
import {
  type ContestFilter,
  type ContestRecord,
  contestsOf,
  countOpen,
  findContest,
  insertContest,
  listContests,
  lockContest,
  updateContest,
} from './store.ts';
import { contestView } from './views.ts';

/** Working days before the deadline on which executives are reminded. */
const REMIND_DAYS = 2;

interface Parts {
  database: Database;
  people: Pick<People, 'findBuilders'>;
  settingsOf: Tenancy['settingsOf'];
  notices: Notices;
  explains: () => readonly Explains[];
  contestable: () => readonly Contestable[];
  now: () => Date;
}

/** A judgement with what its module knows of it. */
interface Opened {
  judgement: ReviewedJudgement;
  of: Explains;
  how: Contestable;
}

interface Seen {
  contestId: string;
  version: number;
}

interface Decision extends Seen, Pick<Change, 'reason' | 'grade' | 'hours'> {
  decision: 'uphold' | 'change';
  facts?: Claim[] | undefined;
}

export type Contests = ReturnType<typeof createContests>;

/** Contests of judgements by the persons whom they concern. */
export function createContests({ database, people, settingsOf, notices, explains, contestable, now }: Parts) {
  async function open(transaction: TenantTransaction, judgementId: string): Promise<Opened> {
    const judgement = (await findWithFacts(transaction, [judgementId])).get(judgementId);
    const of = judgement && explains().find(({ kind }) => kind.name === judgement.view.kind);
    const how = judgement && contestable().find(({ kind }) => kind === judgement.view.kind);
    if (!judgement || !of || !how) throw notFound('judgement', judgementId);
    return { judgement, of, how };
  }

  async function describe(transaction: TenantTransaction, rows: readonly ContestRecord[]) {
    const judgements = await findWithFacts(
      transaction,
      rows.map(({ judgement_id }) => judgement_id),
    );
    const builders = await people.findBuilders(
      transaction,
      rows.flatMap(({ builder_id }) => builder_id ?? []),
    );
    return rows.map((row) => {
      const kind = explains().find((one) => one.kind.name === row.kind)?.kind;
      const view = judgements.get(row.judgement_id)?.view;
      return contestView(row, {
        kind,
        result: kind && view ? resultOf(kind, view) : '',
        name: builders.get(row.builder_id ?? '')?.name ?? row.builder_id ?? '',
      });
    });
  }

  const describeOne = async (transaction: TenantTransaction, row: ContestRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof contestView>;

  /** @throws {Problem} NOT_FOUND, CONFLICT, CONTEST_STATE */
  async function lockOpen(
    transaction: TenantTransaction,
    { contestId, version }: Seen,
    permit: (row: ContestRecord) => void = () => {},
  ): Promise<ContestRecord> {
    const row = await lockContest(transaction, contestId);
    if (!row) throw notFound('contest', contestId);
    permit(row);
    if (row.state !== 'open') throw new Problem('CONTEST_STATE', `It is ${row.state} already.`);
    if (row.version !== version)
      throw new Problem('CONFLICT', `Version ${row.version} is the newest. Reload it first.`);
    return row;
  }

  const keep = (
    transaction: TenantTransaction,
    request: RequestContext,
    row: ContestRecord,
    content: object,
  ): Promise<unknown> =>
    record(transaction, actorOf(request), {
      subject: `contest:${row.id}`,
      details: [
        {
          about: row.builder_id === null ? [] : [`builder:${row.builder_id}`],
          content: { ...content, judgementId: row.judgement_id },
        },
      ],
    });

  return {
    /** @throws {Problem} NOT_FOUND, FORBIDDEN for who is not concerned, PERSON_REQUIRED, CONTEST_REFUSED, INVALID_INPUT */
    create: (
      request: RequestContext,
      judgementId: string,
      { reason, facts = [] }: { reason: string; facts?: Claim[] | undefined },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const person = requirePerson(actorOf(request));
        const { judgement, of, how } = await open(transaction, judgementId);
        const builderId = await of.builderOf(transaction, judgement.subjectId, judgementId);
        request.requireOwn(builderId);
        if (builderId === null || person.builderId !== builderId)
          throw new Problem('FORBIDDEN', 'Only the person whom a judgement concerns can contest it.');
        requireDecided(judgement.view);
        requireKnown(of.kind, facts);
        const before = await contestsOf(transaction, judgementId);
        requireNew(judgementId, before, await countOpen(transaction, builderId));
        await how.suspend(transaction, judgement, now());
        const { contestDays, timezone } = await settingsOf(transaction);
        const rested = (await engineBefore(transaction, judgement)).facts;
        const row = await insertContest(transaction, {
          id: uuidv7(),
          judgement_id: judgementId,
          kind: judgement.view.kind,
          subject_id: judgement.subjectId,
          builder_id: builderId,
          reason,
          facts: JSON.stringify(facts.map((one) => ({ ...one, recorded: factAt(rested, one.path) }))),
          sent_to: '[]',
          opened_user: person.id,
          opened_at: now(),
          remind_at: addWorkingDays(now(), Math.max(0, contestDays - REMIND_DAYS), timezone),
          due_at: addWorkingDays(now(), contestDays, timezone),
        });
        if (!row) throw refused('It is contested already.');
        await notices.opened(transaction, row);
        await keep(transaction, request, row, { reason, facts });
        return describeOne(transaction, row);
      }),

    list: (tenantId: string, filter: ContestFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listContests(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        }),
      ),

    /** A contest, with what the rules of that time say with the facts as claimed. */
    get: (tenantId: string, contestId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findContest(transaction, contestId);
        if (!row) throw notFound('contest', contestId);
        const opened = row.facts.length === 0 ? null : await open(transaction, row.judgement_id);
        const claimed = opened && (await judgedAgain(transaction, opened, row.facts));
        return {
          ...(await describeOne(transaction, row)),
          asClaimed:
            opened && claimed
              ? {
                  result: resultOf(opened.of.kind, claimed),
                  grade: claimed.grade,
                  score: claimed.score,
                }
              : null,
        };
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT, CONTEST_STATE, CONTEST_NOT_YOURS, PERSON_REQUIRED, INVALID_INPUT */
    decide: (request: RequestContext, given: Decision) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const actor = actorOf(request);
        const person = requireDecider(actor);
        const row = await lockOpen(transaction, given);
        const { decision, reason } = given;
        const opened = await open(transaction, row.judgement_id);
        requireAnother(row, await decidedBefore(transaction, opened), person);
        await opened.how.resume(transaction, opened.judgement);
        const outcome =
          decision === 'change'
            ? await changeBy(transaction, request, opened, given)
            : requireNoChange(given);
        const state = decision === 'change' ? 'changed' : 'upheld';
        const decided = await updateContest(transaction, row, {
          ...{ state, closed_at: now(), decision_reason: reason },
          ...{ decided_by: person.name, decided_user: person.id },
          ...{ result_id: outcome.resultId, sent_to: JSON.stringify(outcome.sentTo) },
        });
        const inForce = outcome.resultId === null ? opened : await open(transaction, outcome.resultId);
        await notices.decided(transaction, decided, state, resultOf(inForce.of.kind, inForce.judgement.view));
        const { facts, grade, hours } = given;
        await keep(transaction, request, decided, {
          ...{ state, reason, facts, grade, hours, via: actor.via },
          ...outcome,
        });
        return describeOne(transaction, decided);
      }),

    /** @throws {Problem} NOT_FOUND, FORBIDDEN, CONFLICT, CONTEST_STATE */
    withdraw: (request: RequestContext, seen: Seen) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await lockOpen(transaction, seen, ({ builder_id, opened_user }) => {
          request.requireOwn(builder_id);
          if (request.caller.user?.id !== opened_user)
            throw new Problem('FORBIDDEN', 'Only the person who contested it can withdraw it.');
        });
        const { judgement, how } = await open(transaction, row.judgement_id);
        await how.resume(transaction, judgement);
        const changed = await updateContest(transaction, row, { state: 'withdrawn', closed_at: now() });
        await keep(transaction, request, changed, { state: 'withdrawn' });
        return describeOne(transaction, changed);
      }),
  };
}

/** Everyone who decided a judgement, or had a part in it. */
async function decidedBefore(
  transaction: TenantTransaction,
  { judgement, how }: Pick<Opened, 'judgement' | 'how'>,
): Promise<DecidedBy[]> {
  const others = (await how.decidedBefore?.(transaction, judgement)) ?? [];
  const named = await decidersOf(transaction, judgement.view.judgementId);
  return [...named, ...others.map((userId) => ({ name: '', userId }))];
}

/** Puts another judgement in the place of the contested one. */
async function changeBy(
  transaction: TenantTransaction,
  request: RequestContext,
  opened: Opened,
  { reason, grade, hours, facts = [] }: Decision,
) {
  const { judgement, of, how } = opened;
  requireKnown(of.kind, facts);
  const again = facts.length === 0 ? null : await judgedAgain(transaction, opened, facts);
  const sentTo = await how.sentTo(transaction, judgement);
  const change = { reason, grade, hours, again, facts: again?.facts ?? {} };
  return { resultId: await how.change(transaction, request, judgement, change), sentTo };
}

/** @throws {Problem} INVALID_INPUT where a decision that changes nothing says what would change */
function requireNoChange({ facts, grade, hours }: Decision) {
  if (facts?.length || grade !== undefined || hours !== undefined)
    throw invalidField('decision', 'must be change where facts, a grade or hours are given');
  return { resultId: null, sentTo: [] };
}

/** What the rules of that time say with other facts; what a model read is kept. */
async function judgedAgain(
  transaction: TenantTransaction,
  { judgement, of }: Pick<Opened, 'judgement' | 'of'>,
  claims: readonly Claim[],
): Promise<JudgedByEngine> {
  const byEngine = await engineBefore(transaction, judgement);
  const book = await bookOf(transaction, of, byEngine);
  const facts = withChanges(
    byEngine.facts,
    claims.map(({ path, value }) => ({ path, to: value })),
  );
  return judgeAgain(book, judgement.subjectId, facts, byEngine.view.criteria);
}
