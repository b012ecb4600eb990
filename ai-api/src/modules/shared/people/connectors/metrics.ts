import { z } from 'zod';
import { companyId } from '../../../../contract/company-id.ts';
import { type ConnectorOptions, createSource, type Source, weekOfPerson } from './source.ts';

const goals = z.int().min(0).max(10_000).nullable();

/**
 * The contract of `GET /v1/builders/{builderId}/weeks/{week}`; null is unknown, revenue is in dollars. More goals met
 * than set is let through: contradictions are for the judgement.
 */
export const metricsWeek = weekOfPerson.extend({
  goalsSet: goals,
  goalsMet: goals,
  note: z.string().max(4_000).nullable(),
  projects: z
    .array(
      z.object({
        projectId: companyId,
        goalsSet: goals,
        goalsMet: goals,
        activeUsers: z.int().min(0).max(1e12).nullable(),
        revenueUsd: z.number().min(0).max(9e9).nullable(),
      }),
    )
    .max(1_000),
});
export type MetricsWeek = z.output<typeof metricsWeek>;
export type MetricsApi = Source<MetricsWeek>;

/** Metrics API: goals, the builder's note of the week, and the numbers of the builder's projects. */
export function createMetricsApi(options: ConnectorOptions): MetricsApi {
  return createSource(
    { name: 'metrics', label: 'Metrics API', collection: 'builders', schema: metricsWeek },
    options,
  );
}
