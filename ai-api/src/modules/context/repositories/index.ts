import express, { type RequestHandler, type Router } from 'express';
import type { Logger } from 'pino';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import { commit, gitConnection, repository } from './contract.ts';
import { serveIntake } from './intake.ts';
import { emailOfSubject, personalDataOf } from './personal-data.ts';
import { createRepositories, type Repositories } from './service.ts';

export { attributionsOf } from './attributions.ts';
export { subjectOf } from './kinds.ts';
export {
  changedLines,
  isSameFile,
  isTelling,
  lineOfPatch,
  linesOfPatch,
  nameOf,
  plainLine,
} from './patch.ts';
export { nameKey, splitRepository } from './push.ts';
export { type Repositories, theCommit } from './service.ts';
export { commitsOfShas, filesOf } from './store.ts';
export { emailOfSubject };

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  plans: Plans;
  outboundGuard: OutboundGuard;
  sealer: Sealer;
  publicUrl: string;
  clock: Clock;
  log: Logger;
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'findBuilder'>;
}

type Service = Repositories & { persons: Pick<Needs, 'identity' | 'people'> };

export function create({ clock, outboundGuard, identity, people, ...needs }: Needs): Service {
  const service = createRepositories({ ...needs, guard: outboundGuard, now: () => clock.now() });
  return { ...service, persons: { identity, people } };
}

/** What is held about the authors of commits. */
export const personalData = ({ persons }: Service) => personalDataOf(persons);

/** The webhooks of GitHub and GitLab. */
export function routes({ intake }: Repositories, anonymous: RequestHandler): Router {
  return express.Router().use('/webhooks', serveIntake(intake, anonymous));
}

/** The operations of this module. */
export function operations(service: Repositories): Served[] {
  const { connections } = service;
  return [
    serve(gitConnection, {
      create: (input, request) => connections.create(actorOf(request), input),
      list: (page, { caller }) => connections.list(caller.tenantId, page),
      update: ({ connectionId, ...change }, request) =>
        connections.update(actorOf(request), connectionId, change),
      rotateSecret: ({ connectionId }, request) => connections.rotateSecret(actorOf(request), connectionId),
      delete: ({ connectionId }, request) => connections.delete(actorOf(request), connectionId),
      listDeliveries: ({ connectionId, state, ...page }, { caller }) =>
        connections.listDeliveries(caller.tenantId, connectionId, state, page),
    }),
    serve(repository, {
      list: ({ search, ...page }, { caller }) => service.listRepositories(caller.tenantId, search, page),
      backfill: ({ repositoryId, from, to }, request) =>
        service.backfill(actorOf(request), repositoryId, from, to),
    }),
    serve(commit, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listCommits(caller.tenantId, filter, { cursor, limit }),
      get: ({ sha, repositoryId }, { caller }) => service.getCommit(caller.tenantId, sha, repositoryId),
      record: (input, request) => service.recordCommits(actorOf(request), input),
      recordTraces: (input, request) => service.recordTraces(actorOf(request), input),
    }),
  ];
}
