import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { Problem } from '../../../http/problem.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { inspect } from './check.ts';
import type { PromptParts } from './parts.ts';
import { authorOf } from './person.ts';
import { carryOut, findingsOf, prepareReplay } from './replay-check.ts';
import { openPlan, planPrompt, resolved } from './resolve.ts';
import { notReplayed } from './seeds.ts';
import { findLabel, listMoves, type VersionRecord } from './store.ts';
import { insertApproval, insertCheck, needsTwoPeople, newestChecks, setTwoPeople } from './store-release.ts';
import { checkView, moveView } from './views.ts';

/** A check answers within the time of a request, with what it has by then. */
const REPLAY_MS = 45_000;

/** What a version goes through before it is used: a check, an approval, and the rule of two people. */
export function createReleases({ database, consumers, model, concurrency, now, lookup }: PromptParts) {
  const { requireVersion, requirePrompt, describeVersion } = lookup;

  async function replayCases(tenantId: string, row: VersionRecord, cases: number, signal: AbortSignal) {
    const kind = consumers.kindOf(row.name);
    if (!kind) return notReplayed('No kind of judgement uses this prompt.');
    if (!model) return notReplayed('No model is configured.');
    if (cases === 0) return notReplayed('No cases were requested.');
    const prepared = await database.withTenant(tenantId, async (transaction) => {
      const after = resolved(row, { label: null, isFallback: false, experimentId: null });
      const serving = await findLabel(transaction, row.name, 'production');
      const plan = serving && (await planPrompt(transaction, row.name));
      const before = plan ? (await openPlan(transaction, plan))() : after;
      return prepareReplay(transaction, kind, model, { before, after }, { limit: cases, asOf: now() });
    });
    const stop = AbortSignal.any([signal, AbortSignal.timeout(REPLAY_MS)]);
    return carryOut(prepared, { concurrency, context: { tenantId, signal: stop } });
  }

  return {
    /** Inspects a version, then judges past cases again by it: that takes a model, and as long as it takes. */
    check: async (
      actor: Actor,
      { name, version, cases }: { name: string; version: number; cases: number },
      signal: AbortSignal,
    ) => {
      const row = await database.withTenant(actor.tenantId, (transaction) =>
        requireVersion(transaction, name, version),
      );
      const inspected = inspect(row, consumers.suppliedTo(name));
      const isSound = inspected.every(({ severity }) => severity !== 'error');
      const replay = isSound
        ? await replayCases(actor.tenantId, row, cases, signal)
        : notReplayed('The version has errors.');
      const findings = [...inspected, ...findingsOf(replay)];
      const passed = findings.every(({ severity }) => severity !== 'error');
      return database.withTenant(actor.tenantId, async (transaction) => {
        const checkedBy = authorOf(actor).name;
        const check = await insertCheck(transaction, { name, version, passed, findings, replay, checkedBy });
        await record(transaction, actor, {
          subject: `prompt:${name}`,
          details: [{ about: [], content: { version, passed, findings } }],
        });
        return checkView(check);
      });
    },

    /** @throws {Problem} SELF_APPROVAL, PROMPT_NOT_CHECKED, PERSON_NEEDED from a key where two people are demanded */
    approve: (actor: Actor, name: string, version: number, comment: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireVersion(transaction, name, version);
        const person = authorOf(actor);
        if (!actor.person && (await needsTwoPeople(transaction)))
          throw new Problem(
            'PERSON_NEEDED',
            `Two people must be responsible for a version, and a key is not a person: sign in, or name the person the key acts for.`,
          );
        if (row.created_by_id === person.id)
          throw new Problem(
            'SELF_APPROVAL',
            `${person.name} wrote version ${version}: another person must approve it.`,
          );
        const check = (await newestChecks(transaction, name, [version])).get(version);
        if (!check?.passed)
          throw new Problem('PROMPT_NOT_CHECKED', `Check version ${version} of ${name} first.`);
        const approval = { name, version, approvedBy: person.name, approvedById: person.id, comment };
        const isNew = await insertApproval(transaction, approval);
        const view = await describeVersion(transaction, name, version);
        if (isNew)
          await record(transaction, actor, {
            subject: `prompt:${name}`,
            details: [{ about: [], content: { version, comment } }],
          });
        return view;
      }),

    listMoves: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        await requirePrompt(transaction, name);
        return listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listMoves(transaction, name, after, limit),
          key: ({ id }) => id,
          view: moveView,
        });
      }),

    getSettings: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => ({
        twoPersonRule: await needsTwoPeople(transaction),
      })),

    setSettings: (actor: Actor, settings: { twoPersonRule: boolean }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await setTwoPeople(transaction, settings.twoPersonRule);
        await record(transaction, actor, {
          subject: 'prompts',
          details: [{ about: [], content: settings }],
        });
        return settings;
      }),
  };
}
