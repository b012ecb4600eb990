import { oneOf } from './types.ts';

/** Conversations with coding assistants. */
export const context = {
  CONTEXT_REDACT_EMAILS: oneOf(['on', 'off'])
    .default('off')
    .describe('Whether e-mail addresses are removed from conversations too; secrets always are'),
};
