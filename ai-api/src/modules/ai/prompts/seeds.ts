import { readPromptFiles } from '@ai-manager/langfuse/prompt-files';
import { faultsOf } from '../../../models/prompt-template.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { consumersOf } from './consumers.ts';
import type { Replay } from './contract.ts';
import { insertVersion, latestVersion, lockPrompt, moveLabel } from './store.ts';
import { insertCheck } from './store-release.ts';

const SEED = { createdBy: 'seed', createdById: 'seed' };

/**
 * Gives a tenant the prompts that come with the product, where it has none of that name, with version 1 in
 * production. Answers how many it stored.
 */
export async function seedPrompts(
  transaction: TenantTransaction,
  consumers: ReturnType<typeof consumersOf>,
  now: Date,
): Promise<number> {
  let seeded = 0;
  for (const { name, description, text, variables, config } of await readPromptFiles()) {
    await lockPrompt(transaction, name, undefined);
    if ((await latestVersion(transaction, name)) > 0) continue;
    const [fault] = faultsOf(text, variables, consumers.suppliedTo(name));
    if (fault) throw new Error(`${name}.md: ${fault.message}`);
    await lockPrompt(transaction, name, description);
    const commitMessage = 'Comes with the product.';
    const content = {
      text,
      variables,
      config,
      commitMessage,
      origin: 'seed',
      langfuseVersion: null,
    } as const;
    await insertVersion(transaction, { name, version: 1, ...content, ...SEED });
    await insertCheck(transaction, {
      name,
      version: 1,
      passed: true,
      findings: [],
      replay: notReplayed('It comes with the product.'),
      checkedBy: 'seed',
    });
    const move = { name, label: 'production', from: 0, to: 1, movedBy: 'seed', movedAt: now };
    await moveLabel(transaction, { ...move, reason: commitMessage });
    seeded++;
  }
  return seeded;
}

/** The part of a check that was not done, and why. */
export function notReplayed(reason: string): Replay {
  return {
    status: 'not replayed',
    reason,
    cases: 0,
    replayed: 0,
    changed: 0,
    failed: 0,
    tokensIn: 0,
    tokensOut: 0,
    examples: [],
  };
}
