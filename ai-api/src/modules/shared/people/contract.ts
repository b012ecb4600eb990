import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import { day, isoWeek, listOf, page, timestamp } from '../../../contract/schemas.ts';
import { BUILDER_STATUSES, MAX_ROWS, PROJECT_STATUSES, STAGES, TABLES } from './rows.ts';

const builderSummary = z
  .object({
    builderId: z.string(),
    name: z.string(),
    email: z.string(),
    team: z.string(),
    title: z.string().nullable(),
    status: z.enum(BUILDER_STATUSES),
    startedOn: day,
    weeklyHours: z.number().describe('Planned hours a week'),
    timezone: z.string().nullable(),
    updatedAt: timestamp,
  })
  .meta({ id: 'Builder' });

const week = z
  .object({
    week: isoWeek,
    hoursWorked: z.number().nullable(),
    activeDays: z.number().int().nullable(),
    brainliftQuality: z.number().nullable().describe('0 to 100'),
    brainliftEntries: z.number().int().nullable(),
    goalsSet: z.number().int().nullable(),
    goalsMet: z.number().int().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'BuilderWeek' });

const projectSummary = z
  .object({
    projectId: z.string(),
    name: z.string(),
    builderId: z.string().describe('The builder who leads it'),
    status: z.enum(PROJECT_STATUSES),
    stage: z.enum(STAGES),
    tamUsd: z.number().nullable().describe('Total addressable market, an estimate in dollars'),
    tamRationale: z.string().nullable(),
    goal: z.string().nullable(),
    updatedAt: timestamp,
  })
  .meta({ id: 'Project' });

const projectWeek = z
  .object({
    week: isoWeek,
    goalsSet: z.number().int().nullable(),
    goalsMet: z.number().int().nullable(),
    activeUsers: z.number().int().nullable(),
    revenueMicros: z.number().int().nullable().describe('Micro-dollars'),
  })
  .meta({ id: 'ProjectWeek' });

const rows = z.array(z.record(z.string(), z.unknown())).max(MAX_ROWS);
const table = (what: string) =>
  z.union([z.string(), rows]).optional().describe(`${what}, as CSV text or as an array of rows`);
const counts = z.object({
  inserted: z.number().int(),
  updated: z.number().int().describe('Rows that existed with other values'),
  unchanged: z.number().int(),
});

export const people = resource({
  id: 'people',
  name: 'People',
  description: 'Builders, projects and their weeks, imported together.',
  operations: {
    import: operation({
      method: 'POST',
      path: '/people/import',
      summary: 'Import builders, projects and weekly metrics',
      description:
        'All or nothing: one invalid row rejects the whole import, and every invalid row is reported ' +
        'by file, row and column. Rows are matched by their ids, so the same import twice changes nothing.',
      access: ['admin', 'executive', 'ops'],
      bodyLimit: '25mb',
      input: z.object({
        builders: table('The table of builders'),
        projects: table('The table of projects'),
        metrics: table('The weekly metrics of builders'),
        projectMetrics: table('The weekly metrics of projects'),
        mapping: z
          .record(z.string().max(100), z.string().max(100).nullable())
          .optional()
          .describe('Your own CSV headers with the column that each means; null leaves a column out')
          .meta({ example: { Personalnummer: 'builder_id', Abteilung: 'team', Lohngruppe: null } }),
        dryRun: z.boolean().default(false).describe('Validate only; nothing is stored'),
      }),
      output: z
        .object({
          dryRun: z.boolean(),
          builders: counts,
          projects: counts,
          metrics: counts,
          projectMetrics: counts,
        })
        .meta({ id: 'ImportResult' }),
      errors: ['IMPORT_INVALID', 'BODY_TOO_LARGE'],
      hints: {
        builders: { multiline: true, table: TABLES.builders.row },
        projects: { multiline: true, table: TABLES.projects.row },
        metrics: { multiline: true, table: TABLES.metrics.row },
        projectMetrics: { multiline: true, table: TABLES.projectMetrics.row },
      },
    }),
    importTime: operation({
      method: 'POST',
      path: '/people/time',
      summary: 'Import tracked time, leave, project members and budgets of hours',
      description:
        'Data that requests for manual time are checked against. All or nothing; rows are matched by their ' +
        'ids, so the same import twice changes nothing.',
      access: ['admin', 'executive', 'ops'],
      bodyLimit: '25mb',
      input: z.object({
        entries: table('Stretches of tracked time'),
        leave: table('Days on which builders are away'),
        members: table('Who works on which project, in addition to its lead'),
        budgets: table('Hours that may be booked on a project in a month'),
        dryRun: z.boolean().default(false).describe('Validate only; nothing is stored'),
      }),
      output: z
        .object({ dryRun: z.boolean(), entries: counts, leave: counts, members: counts, budgets: counts })
        .meta({ id: 'TimeImportResult' }),
      errors: ['IMPORT_INVALID', 'BODY_TOO_LARGE'],
      hints: {
        entries: { multiline: true },
        leave: { multiline: true },
        members: { multiline: true },
        budgets: { multiline: true },
      },
    }),
    importWork: operation({
      method: 'POST',
      path: '/people/work',
      summary: 'Import meetings, tickets and documents',
      description:
        'Records of work, with who took part, that the claims of a request for manual time are checked against. ' +
        'Participants are ids or e-mail addresses; addresses of people outside the company are left out. All or ' +
        'nothing; rows are matched by their ids, so the same import twice changes nothing.',
      access: ['admin', 'executive', 'ops'],
      bodyLimit: '25mb',
      input: z.object({
        records: table('Meetings, tickets and documents'),
        dryRun: z.boolean().default(false).describe('Validate only; nothing is stored'),
      }),
      output: z.object({ dryRun: z.boolean(), records: counts }).meta({ id: 'WorkImportResult' }),
      errors: ['IMPORT_INVALID', 'BODY_TOO_LARGE'],
      hints: { records: { multiline: true } },
    }),
  },
});

export const builder = resource({
  id: 'builder',
  name: 'Builder',
  description: 'The people who are evaluated.',
  locate: { operation: 'list', id: 'builderId', shown: ['name', 'team'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/builders',
      summary: 'List builders',
      access: STAFF,
      own: { input: 'builderId' },
      list: true,
      input: z.object({
        builderId: companyId.optional().describe('This builder alone'),
        status: z.enum(BUILDER_STATUSES).optional(),
        team: z.string().max(100).optional(),
        search: z.string().max(100).optional().describe('Part of a name, e-mail address or id'),
        ...page,
      }),
      output: listOf(builderSummary),
    }),
    get: operation({
      method: 'GET',
      path: '/builders/{builderId}',
      summary: 'Get a builder with projects and recent weeks',
      access: STAFF,
      own: { input: 'builderId' },
      reveals: {
        what: 'profile, with weekly figures',
        purpose: 'performance',
        of: [{ builder: 'builderId' }],
      },
      input: z.object({ builderId: companyId }),
      output: builderSummary
        .extend({
          projects: z.array(projectSummary),
          weeks: z.array(week).describe('Newest first, at most 12'),
        })
        .meta({ id: 'BuilderDetail' }),
      errors: ['NOT_FOUND'],
      simplified: ['builderId', 'name', 'email', 'team', 'status'],
    }),
  },
});

export const project = resource({
  id: 'project',
  name: 'Project',
  description: 'What builders work on.',
  locate: { operation: 'list', id: 'projectId', shown: ['name', 'stage'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/projects',
      summary: 'List projects',
      access: STAFF,
      own: { input: 'builderId' },
      list: true,
      input: z.object({
        builderId: companyId.optional().describe('Only those this builder leads'),
        stage: z.enum(STAGES).optional(),
        status: z.enum(PROJECT_STATUSES).optional(),
        ...page,
      }),
      output: listOf(projectSummary),
    }),
    get: operation({
      method: 'GET',
      path: '/projects/{projectId}',
      summary: 'Get a project with its stage history and recent weeks',
      access: STAFF,
      own: { output: 'builderId' },
      input: z.object({ projectId: companyId }),
      output: projectSummary
        .extend({
          history: z.array(z.object({ stage: z.enum(STAGES), enteredOn: day })),
          weeks: z.array(projectWeek),
        })
        .meta({ id: 'ProjectDetail' }),
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { people, builder, project };
