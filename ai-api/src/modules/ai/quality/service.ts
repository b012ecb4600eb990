import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { type Kind, storeJudgementsWith } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { checkConfig, configRow, mergeConfigs } from './configs.ts';
import type { Forward } from './forward.ts';
import { measureQuality } from './measures.ts';
import { createReviews, type ItemDone } from './reviews.ts';
import type { Sampling, ScoreConfig } from './schema.ts';
import { createScores } from './scores.ts';
import {
  archiveConfig,
  finishedScores,
  insertConfig,
  listConfigs,
  samplingOf,
  storeSampling,
} from './store.ts';

type NewConfig = Pick<ScoreConfig, 'name' | 'dataType' | 'description'> & {
  [K in 'kinds' | 'minValue' | 'maxValue' | 'categories']?: NonNullable<ScoreConfig[K]> | undefined;
};

export type Quality = ReturnType<typeof createQuality>;

/** Review of judgements by people, and what it shows about them. */
export function createQuality(
  database: Database,
  kinds: readonly Kind[],
  langfuse: { forward: Forward; itemDone: ItemDone },
  now: () => Date,
) {
  const scores = createScores(database, langfuse.forward);
  const reviews = createReviews(database, scores, langfuse, now);

  return {
    scores,
    reviews,
    /** Stores a judgement and draws its sample of reviews. */
    storeJudgement: storeJudgementsWith(kinds, reviews.sample, now),

    listConfigs: (tenantId: string, kind: string | undefined, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: async (after) =>
            mergeConfigs(await listConfigs(transaction)).filter(
              ({ name, kinds }) =>
                (after === null || name > after) && (kind === undefined || !kinds || kinds.includes(kind)),
            ),
          key: ({ name }) => name,
          view: (config) => config,
        }),
      ),

    /** @throws {Problem} INVALID_INPUT, CONFLICT when the name is taken */
    createConfig: (actor: Actor, config: NewConfig) => {
      checkConfig(config);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const taken = new Problem('CONFLICT', `A score config named "${config.name}" already exists.`);
        const known = mergeConfigs(await listConfigs(transaction));
        if (known.some(({ name }) => name === config.name)) throw taken;
        const { kinds = null, minValue = null, maxValue = null, categories = null } = config;
        const row = configRow({ ...config, kinds, minValue, maxValue, categories });
        if (!(await insertConfig(transaction, { ...row, source: 'own', created_by: actor.name })))
          throw taken;
        await record(transaction, actor, {
          subject: `score-config:${config.name}`,
          details: [{ about: [], content: config }],
        });
        return configNamed(mergeConfigs(await listConfigs(transaction)), config.name);
      });
    },

    /** @throws {Problem} NOT_FOUND, CONFLICT when it is archived already */
    archiveConfig: (actor: Actor, name: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const config = configNamed(mergeConfigs(await listConfigs(transaction)), name);
        const archived = new Problem('CONFLICT', `"${name}" is archived already.`);
        if (config.archivedAt !== null) throw archived;
        if (config.source === 'built-in')
          await insertConfig(transaction, {
            ...configRow(config),
            source: 'built-in',
            created_by: actor.name,
          });
        if (!(await archiveConfig(transaction, name, now()))) throw archived;
        await record(transaction, actor, {
          subject: `score-config:${name}`,
          details: [{ about: [], content: { archived: true } }],
        });
        return configNamed(mergeConfigs(await listConfigs(transaction)), name);
      }),

    getSampling: (tenantId: string, kind: string) =>
      database.withTenant(tenantId, (transaction) => samplingOf(transaction, kind)),

    setSampling: (
      actor: Actor,
      kind: string,
      change: { [K in keyof Omit<Sampling, 'kind' | 'isDefault'>]?: Sampling[K] | undefined },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await samplingOf(transaction, kind);
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        await storeSampling(transaction, { ...before, ...given }, actor.name);
        const after = await samplingOf(transaction, kind);
        await record(transaction, actor, {
          subject: `sampling:${kind}`,
          details: [{ about: [], content: { before, after } }],
        });
        return after;
      }),

    measure: (
      tenantId: string,
      {
        kind,
        sample,
        since,
        until,
      }: { kind?: string; sample: 'random' | 'all'; since?: string; until?: string },
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        const rows = await finishedScores(transaction, {
          kind,
          onlyRandom: sample === 'random',
          ...(since ? { since: new Date(since) } : {}),
          ...(until ? { until: new Date(until) } : {}),
        });
        return { sample, groups: measureQuality(rows, mergeConfigs(await listConfigs(transaction))) };
      }),
  };
}

function configNamed(configs: ScoreConfig[], name: string): ScoreConfig {
  const config = configs.find((known) => known.name === name);
  if (!config) throw notFound('score config', name);
  return config;
}
