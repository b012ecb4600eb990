import type { Logger } from 'pino';
import { type Served, serve } from '../../../http/router.ts';
import type { Embedder } from '../../../models/embeddings/index.ts';
import { readPrices } from '../../../models/ledger/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { LicenceService } from '../../licences/licences/index.ts';
import { actorOf, record } from '../../shared/audit/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Privacy } from '../../shared/privacy/index.ts';
import { type Conversations, ownerOf } from '../conversations/index.ts';
import { createCompute } from './compute/compute.ts';
import { scheduleAnalytics } from './compute/work.ts';
import { conversationCompliance } from './evidence/contract.ts';
import { createEvidence } from './evidence/service.ts';
import { knowledgeGap } from './gaps/contract.ts';
import { createGaps } from './gaps/service.ts';
import { personalDataOf } from './personal-data.ts';
import { teamReport } from './report/contract.ts';
import { createReport } from './report/service.ts';
import { conversationRetention } from './retention/contract.ts';
import { conversationsOf, createRetention } from './retention/service.ts';
import { assistantSpend } from './spend/contract.ts';
import { createSpend, seedPrices } from './spend/service.ts';
import { analytics } from './team/contract.ts';
import { createTeamFigures } from './team/service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  objects: ObjectStore;
  embedder: Embedder;
  identity: Pick<Identity, 'emails' | 'tenantIds'>;
  people: Pick<People, 'roster' | 'findBuilder'>;
  privacy: Pick<Privacy, 'consent' | 'objectors' | 'retention'>;
  conversations: Pick<Conversations, 'removeInactive' | 'forgotten'>;
  licences: Pick<LicenceService, 'analytics'>;
  clock: Clock;
  log: Logger;
}

type Service = ReturnType<typeof create>;

/** The day from which the prices that come with the product hold. */
const PRICES_FROM = '2025-10-01';

export function create(needs: Needs) {
  const {
    database,
    jobs,
    objects,
    embedder,
    identity,
    people,
    privacy,
    conversations,
    licences,
    clock,
    log,
  } = needs;
  const now = () => clock.now();
  const { tenantIds } = identity;
  const compute = createCompute({ database, identity, people, privacy, now });
  const team = createTeamFigures({ database, identity, people, privacy, now });
  const gaps = createGaps({ database, embedder, privacy, now, log });
  scheduleAnalytics({ jobs, compute, findGaps: gaps.find, tenantIds, now, log });
  return {
    persons: { identity, people },
    database,
    compute,
    team,
    gaps,
    spend: createSpend({ database, licences, team, now }),
    report: createReport({ database, objects, team, gaps }),
    evidence: createEvidence({ database, now }),
    retention: createRetention({ database, jobs, privacy }),
    conversations: conversationsOf({ database, conversations, compute }),
  };
}

/** Figures of people. */
export const personalData = ({ persons, conversations }: Pick<Service, 'persons' | 'conversations'>) => ({
  ...personalDataOf(persons),
  retention: [conversations],
});

/** Gives a company the prices of models that come with the product. */
export function seed(transaction: TenantTransaction): Promise<void> {
  return seedPrices(transaction, readPrices(), PRICES_FROM);
}

/** The operations of this module. */
export function operations(service: Service): Served[] {
  const { database, compute, team, gaps, spend, report, evidence, retention } = service;
  return [
    serve(analytics, {
      velocity: (input, { caller }) => team.velocity(caller.tenantId, input),
      adoption: (input, { caller }) => team.adoption(caller.tenantId, input),
      assistants: (input, { caller }) => team.assistants(caller.tenantId, input),
      repositories: (input, { caller }) => team.repositories(caller.tenantId, input),
      mine: (input, { caller }) => team.mine(caller.tenantId, ownerOf(caller).id, input),
      compute: async ({ whole }, request) => {
        const actor = actorOf(request);
        const computed = await compute.changed(actor.tenantId, whole);
        await database.withTenant(actor.tenantId, (transaction) =>
          record(transaction, actor, {
            subject: 'analytics',
            details: [{ about: [], content: { whole, ...computed } }],
          }),
        );
        return computed;
      },
    }),
    serve(knowledgeGap, {
      list: ({ cursor, limit }, { caller }) => gaps.list(caller.tenantId, { cursor, limit }),
      find: async (_input, request) => {
        const actor = actorOf(request);
        const found = await gaps.find(actor.tenantId);
        await database.withTenant(actor.tenantId, (transaction) =>
          record(transaction, actor, {
            subject: 'knowledge-gaps',
            details: [{ about: [], content: { gaps: found } }],
          }),
        );
        return { gaps: found };
      },
    }),
    serve(assistantSpend, {
      report: (input, { caller }) => spend.report(caller.tenantId, input),
      import: ({ dayColumn, costColumn, modelColumn, ...input }, request) =>
        spend.import(actorOf(request), { ...input, dayColumn, costColumn, modelColumn }),
      listPrices: ({ cursor, limit }, { caller }) => spend.listPrices(caller.tenantId, { cursor, limit }),
      setPrice: (input, request) => spend.setPrice(actorOf(request), input),
      deletePrice: ({ model, validFrom }, request) => spend.deletePrice(actorOf(request), model, validFrom),
    }),
    serve(teamReport, { file: (input, request) => report(actorOf(request), input) }),
    serve(conversationCompliance, { report: (input, { caller }) => evidence(caller.tenantId, input) }),
    serve(conversationRetention, {
      get: (_input, { caller }) => retention.get(caller.tenantId),
      set: ({ days }, request) => retention.set(actorOf(request), days),
      cleanUp: (_input, request) => retention.cleanUp(actorOf(request)),
    }),
  ];
}
