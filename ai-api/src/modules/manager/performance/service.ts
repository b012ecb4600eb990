import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound } from '../../../http/problem.ts';
import { type Grade, pastJudgements } from '../../../judgement/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { addWeeks, weekOf } from '../../../platform/week.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import { actorOf, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import {
  evaluationKind,
  newestOfficialWeek,
  type OfficialResult,
  officialResults,
  officialWeek,
} from '../evaluations/index.ts';
import { swapNames } from './fairness.ts';
import { createPlans } from './plans.ts';
import { reportOf } from './report.ts';
import { emailData, subjectOf } from './report-email.ts';
import { reportPdf } from './report-pdf.ts';
import { shiftOf } from './shift.ts';
import { activePlans } from './store.ts';
import { pointsOf, TREND_WEEKS, teamRows } from './team.ts';
import { trendOf } from './trend.ts';

/** What the module needs of the rest of the system. */
export interface PerformanceSetup {
  database: Database;
  people: People;
  events: Events;
  files: Files;
  prompts: Prompts;
  dashboards: Dashboards;
  /** Fills the template of the report in. */
  render: Notifications['render'];
  now: () => Date;
}

const LINK_SECONDS = 3600;
const PDF = 'application/pdf';
const MAX_LOOKED_AT = 1000;

export type Performance = ReturnType<typeof createPerformance>;

/** How builders and teams do over the weeks, and plans to do better. */
export function createPerformance(setup: PerformanceSetup) {
  const { database, people, events, files, prompts, dashboards, render, now } = setup;
  const plans = createPlans(database, people, events, now);
  const linkTo = (builderId: string) => dashboards.link('performance', { builder: builderId });

  /** The week that is meant: defaults to the newest official one that others have; without any, the last complete one. */
  const weekMeant = async (transaction: TenantTransaction, week: string | undefined) =>
    week ?? (await newestOfficialWeek(transaction)) ?? addWeeks(weekOf(now()), -1);

  const rulebookOf = (transaction: TenantTransaction, tenantId: string) =>
    prompts.rulebook(transaction, tenantId, evaluationKind, now());

  /** The results of a week and of the run before. @throws {Problem} NOT_FOUND where the week was not judged */
  async function twoRuns(transaction: TenantTransaction, wanted: string | undefined) {
    const week = await weekMeant(transaction, wanted);
    const before =
      (await newestOfficialWeek(transaction, { upTo: addWeeks(week, -1), withWaiting: true })) ?? null;
    // Fairness looks at the engine as soon as it has judged: no row of it names a grade.
    const resultsOf = (one: string) =>
      officialResults(transaction, { from: one, upTo: one, withWaiting: true });
    const results = await resultsOf(week);
    if (results.length === 0) throw notFound('official run of week', week);
    return { week, before, results, past: before ? await resultsOf(before) : [] };
  }

  return {
    ...plans,

    history: (tenantId: string, builderId: string, weeks: number, isOwn: boolean) =>
      database.withTenant(tenantId, async (transaction) => {
        const builder = await people.findBuilder(transaction, builderId);
        if (!builder) throw notFound('builder', builderId);
        const newest =
          (await newestOfficialWeek(transaction, { withWaiting: true })) ?? addWeeks(weekOf(now()), -1);
        const from = addWeeks(newest, 1 - weeks);
        const results = await officialResults(transaction, {
          ...{ from, upTo: newest, withWaiting: isOwn },
          builderIds: [builderId],
        });
        const recent = results.filter(({ week }) => week > addWeeks(newest, -TREND_WEEKS));
        const plan = (await activePlans(transaction, [builderId])).get(builderId);
        return {
          builderId,
          name: builder.name,
          team: builder.team,
          trend: trendOf(pointsOf(recent)),
          weeks: results.map((result) => ({
            week: result.week,
            evaluationId: result.id,
            grade: result.grade as Grade | null,
            score: result.score,
            engine: result.engine,
            needsReview: result.needs_review,
            contested: result.contested,
            waiting: result.waiting,
          })),
          plan: plan ? await plans.describePlan(transaction, plan) : null,
        };
      }),

    team: (tenantId: string, filter: { week?: string | undefined; team?: string | undefined }, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const week = await weekMeant(transaction, filter.week);
        return listPage(page, {
          cursor: z.string(),
          query: (after, limit) => officialWeek(transaction, { week, team: filter.team }, after, limit),
          key: ({ builder_id }) => builder_id,
          describe: (rows) => teamRows(transaction, week, rows),
        });
      }),

    report: (tenantId: string, { week, team }: { week?: string | undefined; team?: string | undefined }) =>
      database.withTenant(tenantId, async (transaction) =>
        reportOf(transaction, await weekMeant(transaction, week), team),
      ),

    file: async (
      request: RequestContext,
      given: { week?: string | undefined; team?: string | undefined; format: 'html' | 'pdf' },
    ) => {
      const actor = actorOf(request);
      const report = await database.withTenant(actor.tenantId, async (transaction) =>
        reportOf(transaction, await weekMeant(transaction, given.week), given.team),
      );
      const { week } = report;
      for (const { builderId } of [...report.attention, ...report.best]) request.reveal({ builderId }, week);
      const subject = subjectOf(report);
      const isPdf = given.format === 'pdf';
      const stored = isPdf
        ? await files.store(actor.tenantId, 'exports', 'export', await reportPdf(report, linkTo), PDF)
        : null;
      const { file, email } = await database.withTenant(actor.tenantId, async (transaction) => {
        const made =
          stored &&
          (await files.attachMade(transaction, actor, stored, {
            name: `performance-${week}.pdf`,
            // Not `report`: an export of one person's data must not contain a file about others.
            category: 'export',
            origin: 'performance',
            contentType: PDF,
            about: [
              ...new Set(
                [...report.attention, ...report.best].map(({ builderId }) => `builder:${builderId}`),
              ),
            ],
          }));
        const recipient = { name: '', email: null };
        const rendered = isPdf
          ? null
          : await render(transaction, 'performance-report', { data: emailData(report, linkTo), recipient });
        await record(transaction, actor, {
          subject: `report:${week}`,
          details: [{ about: [], content: { format: given.format, team: given.team ?? null } }],
        });
        return { file: made, email: rendered };
      });
      return {
        week,
        subject: email?.subject ?? subject,
        html: email?.html ?? null,
        text: email?.text ?? null,
        url: file ? files.url(actor.tenantId, file.file_id, file.version, LINK_SECONDS) : null,
      };
    },

    /** How the scores over all builders moved. @throws {Problem} NOT_FOUND */
    shift: (tenantId: string, wanted: string | undefined) =>
      database.withTenant(tenantId, async (transaction) => {
        const { week, before, results, past } = await twoRuns(transaction, wanted);
        return { week, before, shift: shiftOf(scoresOf(results), scoresOf(past)) };
      }),

    fairness: async (request: RequestContext, given: { week?: string | undefined; sample: number }) => {
      const actor = actorOf(request);
      const { tenantId } = actor;
      const opened = await database.withTenant(tenantId, async (transaction) => {
        const { week, before, results, past } = await twoRuns(transaction, given.week);
        const ids = results.map(({ judgement_id }) => judgement_id).filter((id) => id !== null);
        const judgements = await pastJudgements(transaction, {
          kind: evaluationKind.name,
          limit: MAX_LOOKED_AT,
          ids: ids.slice(0, MAX_LOOKED_AT),
        });
        const names = new Map(results.map(({ builder_id, name }) => [builder_id, name]));
        const cases = judgements
          .filter(({ wasAsked }) => wasAsked)
          .slice(0, given.sample)
          .map((one) => ({ builderId: one.subjectId, name: names.get(one.subjectId) ?? '', past: one }));
        return {
          week,
          before,
          results,
          past,
          cases,
          rulebook: await rulebookOf(transaction, tenantId),
        };
      });
      const context = { tenantId, tags: ['fairness'], signal: request.signal };
      const swaps = await swapNames(opened.cases, opened.rulebook, context);
      const shift = shiftsOf(opened.results, opened.past);
      await database.withTenant(tenantId, (transaction) =>
        record(transaction, actor, {
          subject: `fairness:${opened.week}`,
          details: [
            {
              about: [],
              content: {
                shift,
                swaps: { status: swaps.status, checked: swaps.checked, failed: swaps.failed },
              },
            },
          ],
        }),
      );
      return { week: opened.week, before: opened.before, shift, swaps };
    },
  };
}

function scoresOf(results: readonly OfficialResult[]): number[] {
  return results.map(({ score }) => score).filter((score) => score !== null);
}

/** The shift over all, and of each team. */
function shiftsOf(now: readonly OfficialResult[], before: readonly OfficialResult[]) {
  const inTeam = (results: readonly OfficialResult[], team: string) =>
    scoresOf(results.filter((result) => result.team === team));
  const teams = [...new Set(now.map(({ team }) => team))].sort();
  return [
    { group: 'all', ...shiftOf(scoresOf(now), scoresOf(before)) },
    ...teams.map((team) => ({ group: team, ...shiftOf(inTeam(now, team), inTeam(before, team)) })),
  ];
}
