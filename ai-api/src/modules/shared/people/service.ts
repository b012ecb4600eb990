import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record, systemActor } from '../audit/index.ts';
import { type ImportInput, importDetails, type readTables, readTablesAside, writeTables } from './import.ts';
import { readTimeTables, type TimeInput, writeTimeTables } from './import-time.ts';
import { readWork, writeWork } from './import-work.ts';
import { fetchWeek, type Sources, sourcesKnow } from './sources.ts';
import {
  type BuilderFilter,
  type BuilderRecord,
  findBuilder,
  findBuilders,
  findProject,
  findProjects,
  listBuilders,
  listProjects,
  newestWeekWithFigures,
  type ProjectFilter,
  type ProjectRecord,
  type ProjectWeekRecord,
  projectWeeksOf,
  roster,
  type StageRecord,
  stagesOf,
  upsertProjectWeeks,
  upsertWeeks,
  type WeekRecord,
  weeksOf,
} from './store.ts';
import type { Table } from './tables.ts';
import { type TimeQuestion, timeRecords } from './time-store.ts';
import {
  countWorkBefore,
  deleteWorkBefore,
  eraseWorkOf,
  WORK_TABLES,
  type WorkQuestion,
  workAround,
  workOf,
} from './work-store.ts';

export type People = ReturnType<typeof createPeople>;

/** What is known of a builder in a week: the basis of an evaluation. Weeks are newest first. */
export interface KnownWeek {
  builder: BuilderRecord;
  weeks: WeekRecord[];
  projects: { project: ProjectRecord; stages: StageRecord[]; weeks: ProjectWeekRecord[] }[];
}

/** A week of a builder of which figures were imported. */
export interface ImportedWeek {
  builderId: string;
  week: string;
}

/** Called in the transaction of an import, also of one that is only tried out and rolled back. */
type OnFigures = (
  transaction: TenantTransaction,
  tenantId: string,
  weeks: readonly ImportedWeek[],
) => Promise<void>;

const RECENT_WEEKS = 12;

function weeksIn({ metrics }: ReturnType<typeof readTables>): ImportedWeek[] {
  return metrics.rows.map(({ row: { builder_id, week } }) => ({ builderId: builder_id, week }));
}

class DryRun extends Error {}

/** Does the work and returns its result; in a dry run what it wrote is rolled back. */
async function undoneIfDryRun<T>(
  database: Database,
  tenantId: string,
  dryRun: boolean,
  work: (transaction: TenantTransaction) => Promise<T>,
): Promise<T> {
  let result: T | undefined;
  const attempt = database.withTenant(tenantId, async (transaction) => {
    result = await work(transaction);
    if (dryRun) throw new DryRun();
  });
  await attempt.catch((error: unknown) => {
    if (!(error instanceof DryRun)) throw error;
  });
  return result as T;
}

/** Builders, projects and their weeks. */
export function createPeople(database: Database, sources: Sources) {
  const listeners: OnFigures[] = [];

  async function describeBuilder(transaction: TenantTransaction, builderId: string) {
    const builder = await findBuilder(transaction, builderId);
    if (!builder) return null;
    const projects = await listProjects(transaction, { builderId }, null, 500);
    const weeks = await weeksOf(transaction, builderId, RECENT_WEEKS);
    return { ...builderView(builder), projects: projects.map(projectView), weeks: weeks.map(weekView) };
  }

  return {
    /** Calls back in the transaction that imports weekly figures. */
    onFigures: (listener: OnFigures): void => {
      listeners.push(listener);
    },

    /** Brings tables in, all or nothing. @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID */
    import: async (actor: Actor, input: ImportInput, dryRun: boolean) => {
      const tables = await readTablesAside(input);
      const counts = await undoneIfDryRun(database, actor.tenantId, dryRun, async (transaction) => {
        const written = await writeTables(transaction, tables);
        for (const listener of listeners) await listener(transaction, actor.tenantId, weeksIn(tables));
        await record(transaction, actor, {
          subject: 'people',
          details: await importDetails(tables, written),
        });
        return written;
      });
      return { dryRun, ...counts };
    },

    /** Brings tracked time in, all or nothing. @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID */
    importTime: async (actor: Actor, input: TimeInput, dryRun: boolean) => {
      const tables = await readTimeTables(input);
      const counts = await undoneIfDryRun(database, actor.tenantId, dryRun, async (transaction) => {
        const written = await writeTimeTables(transaction, tables);
        await record(transaction, actor, { subject: 'time', details: [{ about: [], content: written }] });
        return written;
      });
      return { dryRun, ...counts };
    },

    /**
     * Brings meetings, tickets and documents in, all or nothing.
     * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID
     */
    importWork: async (actor: Actor, records: Table | undefined, dryRun: boolean) => {
      const rows = await readWork(records);
      const counts = await undoneIfDryRun(database, actor.tenantId, dryRun, async (transaction) => {
        const written = await writeWork(transaction, rows);
        await record(transaction, actor, { subject: 'work', details: [{ about: [], content: written }] });
        return written;
      });
      return { dryRun, records: counts };
    },

    /** What is known about a builder's work around a day, and what a text names of the company. */
    workAround: (transaction: TenantTransaction, question: WorkQuestion) => workAround(transaction, question),

    /** Deletes meetings, tickets and documents of days before one, and says how many. */
    workTables: WORK_TABLES,
    countWorkBefore,
    deleteWorkBefore,

    /** The meetings, tickets and documents of a builder, without the others who took part. */
    workOf: (transaction: TenantTransaction, builderId: string) => workOf(transaction, builderId),

    /** Removes a builder from meetings, tickets and documents; those without other builders are deleted. */
    eraseWorkOf: (transaction: TenantTransaction, builderId: string) => eraseWorkOf(transaction, builderId),

    /** A builder as the import brought them; undefined when there is none of that id. */
    findBuilder: (transaction: TenantTransaction, builderId: string) => findBuilder(transaction, builderId),

    /** Builders by their ids. */
    findBuilders: (transaction: TenantTransaction, builderIds: readonly string[]) =>
      findBuilders(transaction, builderIds),

    /** Projects by their ids. */
    findProjects: (transaction: TenantTransaction, projectIds: readonly string[]) =>
      findProjects(transaction, projectIds),

    /** A project by its id. */
    findProject: (transaction: TenantTransaction, projectId: string) => findProject(transaction, projectId),

    /** Ids of the projects that a builder leads. */
    projectIdsOf: async (transaction: TenantTransaction, builderId: string): Promise<string[]> => {
      const projects = await listProjects(transaction, { builderId }, null, 500);
      return projects.map(({ project_id }) => project_id);
    },

    /** A project with its stages and its weeks up to one, newest first; undefined when there is none of that id. */
    knownProject: async (transaction: TenantTransaction, projectId: string, upTo: string) => {
      const project = await findProject(transaction, projectId);
      if (!project) return undefined;
      const stages = await stagesOf(transaction, [projectId]);
      const weeks = await projectWeeksOf(transaction, [projectId], undefined, upTo);
      return { project, stages, weeks };
    },

    /** What is known about a builder's time; undefined when there is no such builder. */
    timeRecords: (transaction: TenantTransaction, question: TimeQuestion) =>
      timeRecords(transaction, question),

    listBuilders: (tenantId: string, filter: BuilderFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listBuilders(transaction, filter, after, limit),
          key: (row) => row.builder_id,
          view: builderView,
        }),
      ),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    getBuilder: (tenantId: string, builderId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const builder = await describeBuilder(transaction, builderId);
        if (!builder) throw notFound('builder', builderId);
        return builder;
      }),

    listProjects: (tenantId: string, filter: ProjectFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listProjects(transaction, filter, after, limit),
          key: (row) => row.project_id,
          view: projectView,
        }),
      ),

    getProject: (tenantId: string, projectId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const project = await findProject(transaction, projectId);
        if (!project) throw notFound('project', projectId);
        const stages = await stagesOf(transaction, [projectId]);
        const weeks = await projectWeeksOf(transaction, [projectId]);
        return {
          ...projectView(project),
          history: stages.map(({ stage, entered_on }) => ({ stage, enteredOn: entered_on })),
          weeks: weeks.slice(0, RECENT_WEEKS).map(projectWeekView),
        };
      }),

    /** Everyone who is evaluated: all but those who left. */
    roster: (transaction: TenantTransaction) => roster(transaction),

    /** Whether a builder has a figure of this week, as far as it was imported or fetched. */
    hasFigures: async (transaction: TenantTransaction, week: string): Promise<boolean> =>
      (await newestWeekWithFigures(transaction, week, week)) !== undefined,

    /** The newest week up to one in which a builder has a figure; undefined when there is none. */
    newestWeekWithFigures: (transaction: TenantTransaction, upTo: string) =>
      newestWeekWithFigures(transaction, upTo),

    /** Whether connected sources have figures of a week, or cannot tell; asks about some of the builders. */
    sourcesKnow: (builderIds: readonly string[], week: string, signal: AbortSignal) =>
      sourcesKnow(sources, builderIds, week, signal),

    /**
     * Asks the connected sources for a builder's week and keeps what they answer. Sources that are not
     * connected leave the imported values as they are.
     * @throws {import('../../../platform/http-client.ts').OutsideCallError} when a source does not answer
     */
    refreshWeek: async (
      tenantId: string,
      builderId: string,
      week: string,
      signal: AbortSignal,
    ): Promise<void> => {
      const fetched = await fetchWeek(sources, builderId, week, signal);
      if (!fetched) return;
      await database.withTenant(tenantId, async (transaction) => {
        const own = { builder_id: builderId, week, ...fetched.builder };
        await upsertWeeks(transaction, [own as never]);
        const led = new Set(
          (await listProjects(transaction, { builderId }, null, 500)).map(({ project_id }) => project_id),
        );
        const projects = fetched.projects
          .filter(({ project_id }) => led.has(project_id))
          .map((row) => ({ ...row, week }));
        await upsertProjectWeeks(transaction, projects);
        const subject = `builder:${builderId}`;
        await record(transaction, systemActor(tenantId, 'people.refresh'), {
          subject,
          details: [{ about: [subject], content: { metrics: own, projectMetrics: projects } }],
        });
      });
    },

    /** A builder with the weeks from `from` to `week` and the same of every active or paused project. */
    knownWeek: (tenantId: string, builderId: string, from: string, week: string): Promise<KnownWeek> =>
      database.withTenant(tenantId, async (transaction) => {
        const builder = await findBuilder(transaction, builderId);
        if (!builder) throw notFound('builder', builderId);
        const weeks = (await weeksOf(transaction, builderId, 53, week)).filter(
          (record) => record.week >= from,
        );
        const projects = await listProjects(transaction, { builderId }, null, 500);
        const ids = projects.map(({ project_id }) => project_id);
        const stages = await stagesOf(transaction, ids);
        const projectWeeks = await projectWeeksOf(transaction, ids, from, week);
        return {
          builder,
          weeks,
          projects: projects.map((project) => ({
            project,
            stages: stages.filter(({ project_id }) => project_id === project.project_id),
            weeks: projectWeeks.filter(({ project_id }) => project_id === project.project_id),
          })),
        };
      }),
  };
}

function builderView(row: BuilderRecord) {
  return {
    builderId: row.builder_id,
    name: row.name,
    email: row.email,
    team: row.team,
    title: row.title,
    status: row.status,
    startedOn: row.started_on,
    weeklyHours: row.weekly_hours,
    timezone: row.timezone,
    updatedAt: row.updated_at.toISOString(),
  };
}

function projectView(row: ProjectRecord) {
  return {
    projectId: row.project_id,
    name: row.name,
    builderId: row.builder_id,
    status: row.status,
    stage: row.stage,
    tamUsd: row.tam_usd,
    tamRationale: row.tam_rationale,
    goal: row.goal,
    updatedAt: row.updated_at.toISOString(),
  };
}

function weekView(row: WeekRecord) {
  return {
    week: row.week,
    hoursWorked: row.hours_worked,
    activeDays: row.active_days,
    brainliftQuality: row.brainlift_quality,
    brainliftEntries: row.brainlift_entries,
    goalsSet: row.goals_set,
    goalsMet: row.goals_met,
    note: row.note,
  };
}

function projectWeekView(row: ProjectWeekRecord) {
  return {
    week: row.week,
    goalsSet: row.goals_set,
    goalsMet: row.goals_met,
    activeUsers: row.active_users,
    revenueMicros: row.revenue_micros,
  };
}
