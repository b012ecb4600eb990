import type { LangfuseClient } from '@ai-manager/langfuse/client';
import { z } from 'zod';
import { createChain } from '../../../models/chain.ts';
import { ModelError } from '../../../models/chat.ts';
import type { Embedder } from '../../../models/embeddings/index.ts';
import type { ModelFailureKind } from '../../../models/failures.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { Route } from '../../../models/route.ts';
import type { Traces } from '../../../models/tracing/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import type { Scanner } from '../../../platform/scanner/index.ts';
import type { Check, Finding } from './connections.ts';

/** A source system that answers a ping. */
interface Pinged {
  ping(signal?: AbortSignal): Promise<void>;
}

/** What is called outside of the installation. */
export interface Services {
  mailer: Mailer;
  scanner: Scanner;
  sources: Record<'worksmart' | 'brainlift' | 'metrics', Pinged | null>;
  routes: readonly Route[];
  ledger: Ledger;
  embedder: Embedder;
  langfuse: LangfuseClient | null;
  traces: Traces;
}

const PURPOSE = 'connection-check';
/** For a trace to arrive in Langfuse and to be readable there. */
const TRACE_MS = 25_000;

/** Checks of what is called outside of the installation. */
export function serviceChecks(services: Services): Check[] {
  const { mailer, scanner, routes, ledger, embedder } = services;
  return [
    { name: 'mail', cure: 'Check SMTP_URL: host, port, user and password.', run: () => mails(mailer) },
    {
      name: 'virus scanner',
      cure: 'Start clamd, and check CLAMD_ADDRESS. Until then uploads wait.',
      run: () => scans(scanner),
    },
    ...sourceChecks(services),
    ...modelChecks(routes, ledger),
    {
      name: 'embeddings',
      cure: "Check EMBEDDINGS_PROVIDER and the provider's key.",
      run: (tenantId, signal) => embeds(embedder, tenantId, signal),
    },
    ...langfuseChecks(services),
  ];
}

async function mails(mailer: Mailer): Promise<Finding> {
  await mailer.check();
  if (mailer.driver === 'smtp') return { state: 'ok', detail: 'The server accepts the credentials.' };
  return { state: 'ok', detail: 'Mail stays in the development inbox; set SMTP_URL to send it.' };
}

async function scans(scanner: Scanner): Promise<Finding> {
  if (scanner.driver === 'none')
    return { state: 'unused', detail: 'Files are marked as not scanned; set CLAMD_ADDRESS to scan them.' };
  return { state: 'ok', detail: await scanner.version() };
}

function sourceChecks({ sources }: Services): Check[] {
  return Object.entries(sources).map(([name, source]) => ({
    name: `source ${name}`,
    cure: `Check ${name.toUpperCase()}_URL and ${name.toUpperCase()}_API_KEY.`,
    run: async (_tenantId, signal) => {
      if (!source) return { state: 'unused', detail: 'Weeks come from imported files alone.' };
      await source.ping(signal);
      return { state: 'ok', detail: 'It answers and accepts the key.' };
    },
  }));
}

const answer = z.object({ works: z.boolean() });

/** Each model is asked by itself, so that one that never comes to its turn is checked too. */
function modelChecks(routes: readonly Route[], ledger: Ledger): Check[] {
  if (routes.length === 0) {
    const detail = 'Rules decide alone; set ANTHROPIC_API_KEY or OPENAI_API_KEY to use a model.';
    return [{ name: 'model', cure: '', run: async () => ({ state: 'unused', detail }) }];
  }
  return routes.map((route) => ({
    name: `model ${route.name}`,
    cure: 'Check the key, the name of the model and the address of the provider.',
    run: async (tenantId, signal) => {
      const asked = createChain([route], ledger).structured({
        system: 'This is a test of a connection. Answer by the schema.',
        user: 'Set works to true.',
        name: 'connection_check',
        schema: answer,
        call: { tenantId, purpose: PURPOSE },
        signal,
      });
      return asked.then(
        () => usable(route, ledger),
        (error: unknown) => unusable(error),
      );
    },
  }));
}

function usable(route: Route, ledger: Ledger): Finding {
  const limitations = route.limitations();
  const detail = ['It answers by a schema', ...limitations].join('; ');
  if (ledger.isPriced(route.provider, route.model)) return { state: 'ok', detail };
  return {
    state: 'warning',
    detail: `${detail}; its price is not known, so budgets do not count it`,
    cure: 'Add its price to MODEL_PRICES.',
  };
}

const MODEL_CURES: Partial<Record<ModelFailureKind, string>> = {
  unauthorized:
    "The provider refuses the key: set a valid one and restart, or change it in the secret's store.",
  rate_limited: "Wait, or raise the limits of the provider's account.",
  over_budget: "Today's budget is used up: raise it with usage.setBudget or MODEL_DAILY_BUDGET.",
  not_in_region:
    'Declare the regions of the provider, such as OPENAI_REGIONS, or configure one in the region.',
  out_of_schema: 'Choose a model that can answer by a JSON schema.',
  unreachable: 'Check the address of the provider, and that this network lets requests out.',
  timeout: 'Check the network, or raise MODEL_TIMEOUT_MS.',
};

/** Failures that are as the company has set or chosen. */
const EXPECTED: ReadonlySet<ModelFailureKind> = new Set(['over_budget', 'not_in_region']);

function unusable(error: unknown): Finding {
  if (!(error instanceof ModelError)) throw error;
  const cure =
    MODEL_CURES[error.kind] ?? 'Check the key, the name of the model and the address of the provider.';
  return { state: EXPECTED.has(error.kind) ? 'warning' : 'fault', detail: error.message, cure };
}

async function embeds(embedder: Embedder, tenantId: string, signal: AbortSignal): Promise<Finding> {
  // A text that is not in the cache yet.
  const text = `connection check ${new Date().toISOString()}`;
  const call = { tenantId, purpose: PURPOSE, inputType: 'query', signal } as const;
  const { vectors, space } = await embedder.embed([text], call);
  const name = `${space.provider}:${space.model}, ${space.dimensions} dimensions`;
  if (vectors[0]?.length === space.dimensions) return { state: 'ok', detail: name };
  return {
    state: 'fault',
    detail: `${name}: it returned ${vectors[0]?.length ?? 0}`,
    cure: 'Set EMBEDDINGS_DIMENSIONS to a size that the model has.',
  };
}

const projects = z.object({ data: z.array(z.object({ name: z.string() })) });
const KEYS_CURE = 'Check LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.';

function langfuseChecks({ langfuse, traces }: Services): Check[] {
  if (!langfuse) {
    const detail = 'Traces stay in the database; set LANGFUSE_BASE_URL and its keys to send them.';
    return [{ name: 'langfuse', cure: '', run: async () => ({ state: 'unused', detail }) }];
  }
  return [
    {
      name: 'langfuse',
      cure: KEYS_CURE,
      run: async () => {
        const { data } = await langfuse.send({
          what: 'read the project',
          request: (api, limits) => api.projects.get(limits),
          schema: projects,
          isIdempotent: true,
        });
        return { state: 'ok', detail: `project ${data[0]?.name ?? 'without a name'}` };
      },
    },
    {
      name: 'langfuse traces',
      cure: KEYS_CURE,
      run: async (tenantId) => readTrace(await traces.probe(tenantId, langfuse, TRACE_MS)),
    },
  ];
}

function readTrace(outcome: Awaited<ReturnType<Traces['probe']>>): Finding {
  const found: Record<typeof outcome, Finding> = {
    read: { state: 'ok', detail: 'A trace was sent and read back.' },
    'not sampled': {
      state: 'warning',
      detail: 'LANGFUSE_SAMPLE_RATE is 0: no trace is sent.',
      cure: 'Raise LANGFUSE_SAMPLE_RATE.',
    },
    'not readable': {
      state: 'warning',
      detail: 'Langfuse accepted a trace that cannot be read yet.',
      cure: "Check that Langfuse's worker runs and reaches ClickHouse.",
    },
    'not sent': {
      state: 'fault',
      detail: 'No process sent the trace.',
      cure: 'Start a worker: ROLE=worker sends traces.',
    },
    refused: { state: 'fault', detail: 'Langfuse did not accept a trace.', cure: KEYS_CURE },
  };
  return found[outcome];
}
