import { z } from 'zod';
import { PROVIDERS, type ProviderName } from '../../models/provider.ts';
import { httpUrl, milliseconds, oneOf, regionList, text, whole } from './types.ts';

const regionsOf = (what: string) =>
  regionList
    .optional()
    .describe(
      `Regions that ${what} keeps what it is sent in, as you declare; companies with a data region use no other`,
    );

const PROVIDER_LIST = new RegExp(`^(${PROVIDERS.join('|')})(,(${PROVIDERS.join('|')}))*$`);

/** Chat models, embeddings, and what they may cost. */
export const models = {
  OPENAI_API_KEY: text.optional().describe('API key of the model; without it rules decide alone'),
  OPENAI_BASE_URL: httpUrl.optional().describe('Any OpenAI-compatible server'),
  OPENAI_MODEL: text.default('gpt-4.1-mini').describe('Model for criteria that rules cannot decide'),
  OPENAI_REGIONS: regionsOf('this model'),
  ANTHROPIC_API_KEY: text.optional().describe('API key of Anthropic'),
  ANTHROPIC_BASE_URL: httpUrl.optional().describe('Base URL of a gateway to Anthropic'),
  ANTHROPIC_MODEL: text.default('claude-sonnet-4-5').describe('Model of Anthropic'),
  ANTHROPIC_REGIONS: regionsOf('this model'),
  COMPATIBLE_BASE_URL: httpUrl
    .optional()
    .describe('A further OpenAI-compatible server, such as one of your own'),
  COMPATIBLE_API_KEY: text.default('none').describe('API key of that server, if it requires one'),
  COMPATIBLE_MODEL: text.optional().describe('Needed with COMPATIBLE_BASE_URL'),
  COMPATIBLE_REGIONS: regionsOf('this model'),
  MODEL_PROVIDERS: z
    .string()
    .regex(PROVIDER_LIST, `must be some of ${PROVIDERS.join(',')}`)
    .optional()
    .transform((list) => list?.split(',') as ProviderName[] | undefined)
    .describe(
      'Order in which models are called; defaults to openai,anthropic,compatible, as far as configured',
    ),
  MODEL_TIMEOUT_MS: milliseconds(60_000).describe(
    'Time limit of one request to a model; of a stream, until its next chunk',
  ),
  MODEL_CONCURRENCY: whole(1, 10_000, 32).describe('Concurrent requests of one process to one provider'),
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
    'Days for which the ledger keeps masked requests and responses where a company did not set it; figures are kept',
  ),
  MODEL_PRICES: text
    .optional()
    .describe('JSON file with prices of models, added to the built-in list or overriding it'),
  EMBEDDINGS_PROVIDER: oneOf(['static', 'voyage', 'openai'])
    .default('static')
    .describe('What makes vectors of texts; static: the included English word vectors'),
  EMBEDDINGS_MODEL: text.optional().describe('Defaults to voyage-3-large or text-embedding-3-large'),
  EMBEDDINGS_DIMENSIONS: whole(64, 4096, 1024).describe('Length of a vector; the static ones have 100'),
  EMBEDDINGS_CONVERSATION_DIMENSIONS: whole(0, 4096, 0).describe(
    'The same for conversations; 0 is 512 with Voyage and 1536 with OpenAI',
  ),
  EMBEDDINGS_BASE_URL: httpUrl
    .optional()
    .describe('Any OpenAI-compatible server of embeddings, for EMBEDDINGS_PROVIDER=openai'),
  EMBEDDINGS_REGIONS: regionsOf('this provider of embeddings'),
  VOYAGE_API_KEY: text.optional().describe('Required for vectors by Voyage'),
  VOYAGE_BASE_URL: httpUrl.optional().describe('Base URL of a gateway to Voyage, including the version'),
};
