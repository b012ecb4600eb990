import { parseOrigins } from '../origins.ts';
import { checked, oneOf, whole } from './types.ts';

/** Assistants that call operations as tools. */
export const mcp = {
  MCP: oneOf(['on', 'off']).default('on').describe('off: nothing is served at /mcp'),
  MCP_ALLOWED_ORIGINS: checked(parseOrigins)
    .default('')
    .describe('Origins such as https://inspector.example.com whose pages may use /mcp; comma-separated'),
  MCP_ANSWER_CHARS: whole(2_000, 1_000_000, 60_000).describe(
    'Maximum length of a tool response in characters; longer ones are shortened, with a note',
  ),
};
