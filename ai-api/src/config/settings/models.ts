import { z } from 'zod';
import { PROVIDERS, type ProviderName } from '../../models/provider.ts';
import { httpUrl, milliseconds, oneOf, text, whole } from './types.ts';

const PROVIDER_LIST = new RegExp(`^(${PROVIDERS.join('|')})(,(${PROVIDERS.join('|')}))*$`);

/** Chat models, embeddings, and what they may cost. */
export const models = {
  OPENAI_API_KEY: text.optional().describe('Key of the model; without it rules decide alone'),
  OPENAI_BASE_URL: httpUrl.optional().describe('Any OpenAI-compatible server'),
  OPENAI_MODEL: text.default('gpt-4.1-mini').describe('Model that reads what rules cannot'),
  ANTHROPIC_API_KEY: text.optional().describe('Key of a model of Anthropic'),
  ANTHROPIC_BASE_URL: httpUrl.optional().describe('A gateway to Anthropic'),
  ANTHROPIC_MODEL: text.default('claude-sonnet-4-5').describe('Model of Anthropic'),
  COMPATIBLE_BASE_URL: httpUrl
    .optional()
    .describe('A further OpenAI-compatible server, such as one of your own'),
  COMPATIBLE_API_KEY: text.default('none').describe('Key of that server, if it wants one'),
  COMPATIBLE_MODEL: text.optional().describe('Needed with COMPATIBLE_BASE_URL'),
  MODEL_PROVIDERS: z
    .string()
    .regex(PROVIDER_LIST, `must be some of ${PROVIDERS.join(',')}`)
    .optional()
    .transform((list) => list?.split(',') as ProviderName[] | undefined)
    .describe('Order in which models are asked; openai,anthropic,compatible as far as they are set up'),
  MODEL_TIMEOUT_MS: milliseconds(60_000).describe(
    'For one request to a model; of a stream, to its next piece',
  ),
  MODEL_CONCURRENCY: whole(1, 10_000, 32).describe('Requests of one process open at once at one provider'),
  MODEL_TOKENS_PER_MINUTE: whole(1, 1_000_000_000, 1_000_000).describe(
    'Tokens of one process at one provider; calls wait for their turn, at most half a minute',
  ),
  MODEL_DAILY_BUDGET: z
    .string()
    .trim()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be US dollars such as 25 or 0.50')
    .transform((dollars) => Math.round(Number(dollars) * 1_000_000))
    .optional()
    .describe('US dollars that a company may spend on models in a day (UTC); beyond it rules decide alone'),
  MODEL_TEXT_DAYS: whole(1, 3650, 30).describe(
    'Days for which the ledger keeps what was sent and answered, masked; figures stay',
  ),
  MODEL_PRICES: text
    .optional()
    .describe('JSON file with prices of further models, or in place of the listed'),
  EMBEDDINGS_PROVIDER: oneOf(['static', 'voyage', 'openai'])
    .default('static')
    .describe('What makes vectors of texts; static: word vectors of English that come along'),
  EMBEDDINGS_MODEL: text.optional().describe('voyage-3-large or text-embedding-3-large unless set'),
  EMBEDDINGS_DIMENSIONS: whole(64, 4096, 1024).describe('Length of a vector; the static ones have 100'),
  VOYAGE_API_KEY: text.optional().describe('Needed for vectors by Voyage'),
  VOYAGE_BASE_URL: httpUrl.optional().describe('A gateway to Voyage, with the version'),
};
