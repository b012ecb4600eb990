import { type Kind, openRulebook, promptNameOf, type Rulebook } from '../../../judgement/index.ts';
import type { ResolvedPrompt } from '../../../models/prompt.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { PromptParts } from './parts.ts';
import { openPlan, type PromptPlan, planPrompt, resolved } from './resolve.ts';
import { seedPrompts } from './seeds.ts';
import { findLabel } from './store.ts';

/** The versions that are in force, for what judges and answers with them. */
export function createServing({ consumers, model, now, lookup }: PromptParts) {
  async function seed(transaction: TenantTransaction, tenantId: string): Promise<number> {
    const prompts = await seedPrompts(transaction, consumers, now());
    if (prompts > 0)
      await record(transaction, systemActor(tenantId, 'prompt.seed'), {
        subject: 'prompts',
        details: [{ about: [], content: { prompts } }],
      });
    return prompts;
  }

  async function plan(transaction: TenantTransaction, tenantId: string, name: string): Promise<PromptPlan> {
    if (!(await findLabel(transaction, name, 'production'))) await seed(transaction, tenantId);
    return planPrompt(transaction, name);
  }

  const serving = async (transaction: TenantTransaction, tenantId: string, name: string) =>
    openPlan(transaction, await plan(transaction, tenantId, name));

  return {
    /** Gives a tenant the prompts that come with the product, where it has none of that name. */
    seed,

    /** Which versions are in force now, for work that stays with them. */
    plan,

    /** The versions that are in force now: of a subject, or the plain one. */
    serving,

    /** What subjects of a kind are judged with at a moment: the rules then in force, the model and its prompt. */
    rulebook: async (
      transaction: TenantTransaction,
      tenantId: string,
      kind: Kind,
      asOf: Date,
    ): Promise<Rulebook> => {
      const promptFor = model && (await serving(transaction, tenantId, promptNameOf(kind)));
      return openRulebook(transaction, kind, model, asOf, promptFor);
    },

    /** The versions of a plan: of a subject, or the plain one. */
    open: openPlan,

    /**
     * The version that is used now for a subject: that of production, or of a running experiment.
     * @throws {import('./resolve.ts').NoSuchPrompt}
     */
    resolve: async (
      transaction: TenantTransaction,
      name: string,
      { label, subject }: { label?: string; subject?: string } = {},
    ): Promise<ResolvedPrompt> =>
      (await openPlan(transaction, await planPrompt(transaction, name, label)))(subject),

    /** One version by its number. @throws {Problem} NOT_FOUND */
    version: async (transaction: TenantTransaction, name: string, version: number): Promise<ResolvedPrompt> =>
      resolved(await lookup.requireVersion(transaction, name, version), {
        label: null,
        isFallback: false,
        experimentId: null,
      }),
  };
}
