import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import {
  authorOf,
  type ExperimentRecord,
  findLabel,
  findPrompt,
  lockPrompt,
  requireReleasable,
  runningExperiment,
} from '../prompts/index.ts';
import type { experiment, Metric, Report } from './contract.ts';
import { currentReport, stopExperiment } from './stop.ts';
import { findExperiment, insertExperiment, listExperiments, lockExperiment, markStarted } from './store.ts';

interface NewExperiment {
  prompt: string;
  title: string;
  hypothesis: string;
  label: string;
  share: number;
  metric: Metric;
  minimumSample: number;
}
type View = z.input<(typeof experiment)['operations']['get']['output']>;

export type Experiments = ReturnType<typeof createExperiments>;

/** Experiments with prompts. */
export function createExperiments(database: Database, now: () => Date) {
  async function require(
    transaction: TenantTransaction,
    id: string,
    find = findExperiment,
  ): Promise<ExperimentRecord> {
    const row = await find(transaction, id);
    if (!row) throw notFound('experiment', id);
    return row;
  }

  async function audit(transaction: TenantTransaction, actor: Actor, id: string, content: object) {
    await record(transaction, actor, { subject: `experiment:${id}`, details: [{ about: [], content }] });
  }

  return {
    create: (actor: Actor, { prompt, minimumSample, ...input }: NewExperiment) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await findPrompt(transaction, prompt))) throw notFound('prompt', prompt);
        const created_by = authorOf(actor).name;
        const values = { name: prompt, minimum_sample: minimumSample, created_by, ...input };
        const view = viewOf(await insertExperiment(transaction, values));
        await audit(transaction, actor, view.experimentId, { prompt, minimumSample, ...input });
        return view;
      }),

    list: (
      tenantId: string,
      filter: { prompt?: string | undefined; status?: View['status'] | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listExperiments(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: viewOf,
        }),
      ),

    get: (tenantId: string, id: string) =>
      database.withTenant(tenantId, async (transaction) => viewOf(await require(transaction, id))),

    /** @throws {Problem} CONFLICT when it has been started, when another one runs, or without two versions */
    start: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await require(transaction, id, lockExperiment);
        if (row.status !== 'draft')
          throw new Problem('CONFLICT', `The experiment is ${row.status} already; plan another one.`);
        // Two experiments on one prompt that are started at once come one after the other.
        await lockPrompt(transaction, row.name, undefined);
        const running = await runningExperiment(transaction, row.name);
        if (running) throw new Problem('CONFLICT', `"${running.title}" is running on ${row.name}.`);
        const versionOf = async (label: string) => {
          const held = await findLabel(transaction, row.name, label);
          if (!held) throw new Problem('CONFLICT', `No version of ${row.name} has the label ${label}.`);
          return held.version;
        };
        const control = await versionOf('production');
        const treatment = await versionOf(row.label);
        if (control === treatment)
          throw new Problem('CONFLICT', `${row.label} and production are both at version ${control}.`);
        await requireReleasable(transaction, row.name, treatment);
        await markStarted(transaction, id, { control, treatment }, now());
        const view = viewOf(await require(transaction, id));
        await audit(transaction, actor, id, { control, treatment });
        return view;
      }),

    stop: (actor: Actor, id: string, reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await require(transaction, id, lockExperiment);
        if (row.status !== 'running') throw new Problem('CONFLICT', `The experiment is ${row.status}.`);
        await stopExperiment(transaction, row, reason, now());
        const view = viewOf(await require(transaction, id));
        await audit(transaction, actor, id, { reason, verdict: view.verdict });
        return view;
      }),

    report: (tenantId: string, id: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await require(transaction, id);
        if (row.status === 'draft') throw new Problem('CONFLICT', 'The experiment has not been started.');
        return row.status === 'stopped'
          ? (row.report as unknown as Report)
          : currentReport(transaction, row, now());
      }),
  };
}

function viewOf(row: ExperimentRecord): View {
  return {
    experimentId: row.id,
    prompt: row.name,
    title: row.title,
    hypothesis: row.hypothesis,
    label: row.label,
    share: row.share,
    metric: row.metric as Metric,
    minimumSample: row.minimum_sample,
    status: row.status,
    controlVersion: row.control_version,
    treatmentVersion: row.treatment_version,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    stoppedAt: row.stopped_at?.toISOString() ?? null,
    stopReason: row.stop_reason,
    verdict: (row.report as unknown as Report | null)?.verdict ?? null,
  };
}
