import { createChain, type OnModelCall } from '../../../models/chain.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import { type PromptUsed, promptUsed, renderPrompt } from '../../../models/prompt.ts';
import type { Route } from '../../../models/route.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { NoSuchPrompt, type Prompts } from '../prompts/index.ts';
import type { Definition } from './schema.ts';

/** Instructions ready to be sent, and the versioned prompt they come from, if any. */
interface Instructions {
  text: string;
  used: PromptUsed | null;
  /** The number that Langfuse gave that version, if it has it. */
  langfuseVersion?: number | null | undefined;
}

export type AgentModels = ReturnType<typeof agentModels>;

interface Parts {
  /** In the order of the installation. */
  routes: readonly Route[];
  ledger: Ledger;
  onCall: OnModelCall;
  prompts: Prompts;
  settingsOf: Tenancy['settingsOf'];
}

/** A model, or why there is none. */
type Selected = { model: ChatModel; why: null } | { model: null; why: string };

/** What agents need of models and prompts. */
export function agentModels({ routes, ledger, onCall, prompts, settingsOf }: Parts) {
  const chains = new Map<string, ChatModel>();

  return {
    /** A model that asks those of the providers that are configured, in this order, or why there is none. */
    select: async (transaction: TenantTransaction, providers: readonly string[]): Promise<Selected> => {
      const { whyNoModel } = await settingsOf(transaction);
      if (whyNoModel !== null) return { model: null, why: whyNoModel };
      const chosen = providers.flatMap((provider) => routes.filter((route) => route.provider === provider));
      const [first, ...others] = providers.length === 0 ? routes : [...new Set(chosen)];
      if (!first) return { model: null, why: missing(providers) };
      const key = [first, ...others].map(({ name }) => name).join(' ');
      const chain = chains.get(key) ?? createChain([first, ...others], ledger, onCall);
      chains.set(key, chain);
      return { model: chain, why: null };
    },

    /** The text that an agent sends to the model about a subject; null when its prompt has no such version. */
    instructionsOf: async (
      transaction: TenantTransaction,
      { instructions, promptName, promptLabel }: Definition,
      subject: string,
    ): Promise<Instructions | null> => {
      if (promptName === null) return { text: instructions ?? '', used: null };
      try {
        const prompt = await prompts.resolve(transaction, promptName, { label: promptLabel, subject });
        const { langfuseVersion } = prompt;
        return { text: renderPrompt(prompt, {}), used: promptUsed(prompt), langfuseVersion };
      } catch (error) {
        if (error instanceof NoSuchPrompt) return null;
        throw error;
      }
    },
  };
}

function missing(providers: readonly string[]): string {
  if (providers.length === 0) return 'No model is configured, and an agent cannot answer without one.';
  return `None of ${providers.join(', ')} is configured.`;
}
