import { type Served, serve } from '../../../http/router.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import { actorOf } from '../audit/index.ts';
import { createConsents, readConsent } from './consent.ts';
import { analyticsBasis, disclosure, legalHold, privacyRequest } from './contract.ts';
import { attend } from './deadlines.ts';
import { createHolds } from './holds.ts';
import { defineRequests } from './jobs.ts';
import { objectors } from './objections.ts';
import { createOwnRequests } from './own.ts';
import { myData } from './own-contract.ts';
import type { Needs, Parts } from './parts.ts';
import { privacyPromises } from './promises.ts';
import { createRequests } from './requests.ts';
import { retention } from './retention/contract.ts';
import { NIGHT_CRON } from './retention/period.ts';
import { createRetention } from './retention/service.ts';

export type { AnalyticsConsent } from './consent.ts';
export type { AtErasure } from './parts.ts';
export { personalData } from './personal-data.ts';

export type Privacy = ReturnType<typeof create>;

/** Requests of people about their data, legal holds and retention, by the hooks of all modules. */
export function create({ clock, personalData, ...needs }: Needs) {
  const parts: Parts = { ...needs, hooks: personalData, now: () => new Date(clock.now()) };
  defineRequests(parts);
  const retentionRuns = createRetention(parts);
  parts.jobs.schedule({ name: 'privacy.deadlines', cron: '15 * * * *', run: () => attend(parts) });
  parts.jobs.schedule({
    name: 'privacy.retention',
    cron: NIGHT_CRON,
    run: async (signal) => void (await retentionRuns.run(signal)),
  });
  const requests = createRequests(parts);
  return {
    requests,
    promises: privacyPromises(parts),
    own: createOwnRequests(parts, requests),
    holds: createHolds(parts.database, parts, parts.now),
    retention: retentionRuns,
    /** `user:<id>` and `builder:<id>` of everyone who objected to analytics. */
    objectors,
    /** On which days people count in analytics only if they have agreed, and when they have. */
    consent: readConsent,
    consents: createConsents(parts),
    /** Sends the reminders that are due. */
    attend: () => attend(parts),
    disclosures: () => parts.hooks(),
  };
}

/** What is promised of exports. */
export function promises(privacy: Privacy): readonly CountedPromise[] {
  return privacy.promises;
}

/** The operations of this module. */
export function operations({
  requests,
  own,
  consents,
  holds,
  retention: policies,
  disclosures,
}: Privacy): Served[] {
  return [
    serve(myData, {
      request: (input, request) => own.request(request, input),
      list: (page, request) => own.list(request, page),
      consent: (_input, request) => consents.own(request),
      setConsent: ({ agree }, request) => consents.set(request, agree),
    }),
    serve(analyticsBasis, {
      get: (_input, { caller }) => consents.basis(caller.tenantId),
      set: ({ basis }, request) => consents.setBasis(actorOf(request), basis),
    }),
    serve(privacyRequest, {
      create: (input, request) => requests.create(actorOf(request), input),
      exportCompany: ({ reason }, request) => requests.exportCompany(actorOf(request), reason),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        requests.list(caller.tenantId, filter, { cursor, limit }),
      get: async ({ requestId }, request) => {
        const found = await requests.get(request.caller.tenantId, requestId);
        const isWithoutData = found.kind === 'company_export' && !found.file;
        request.reveal({ subject: isWithoutData ? null : found.subject }, found.kind);
        return found;
      },
      preview: ({ requestId }, { caller }) => requests.preview(caller.tenantId, requestId),
      confirm: ({ requestId }, request) => requests.confirm(actorOf(request), requestId),
      retry: ({ requestId }, request) => requests.retry(actorOf(request), requestId),
      answer: ({ requestId, answer }, request) => requests.answer(actorOf(request), requestId, answer),
      refuse: ({ requestId, reason }, request) => requests.refuse(actorOf(request), requestId, reason),
      withdraw: ({ requestId, reason }, request) => requests.withdraw(actorOf(request), requestId, reason),
      extend: ({ requestId, reason }, request) => requests.extend(actorOf(request), requestId, reason),
    }),
    serve(legalHold, {
      list: (page, { caller }) => holds.list(caller.tenantId, page),
      set: (input, request) => holds.set(actorOf(request), input),
      release: ({ holdId, reason }, request) => holds.release(actorOf(request), holdId, reason),
    }),
    serve(retention, {
      list: (_page, { caller }) => policies.list(caller.tenantId),
      set: (input, request) => policies.set(actorOf(request), input),
      preview: (input, { caller }) => policies.preview(caller.tenantId, input),
      dryRun: ({ kind }, request) => policies.dryRun(actorOf(request), kind),
      run: (_input, request) => policies.runNow(actorOf(request), request.signal),
    }),
    serve(disclosure, {
      list: async () => ({
        items: disclosures().map(({ module, disclosure: said, tables }) => ({
          module,
          ...said,
          categories: [...said.categories],
          sharedWith: [...said.sharedWith],
          tables: tables.map(({ table }) => table),
        })),
        nextCursor: null,
      }),
    }),
  ];
}
