import { dollars, esc, fact, heading, padded, prose } from './helpers.js';

/** One agent: its instructions and limits. */
export default function transform(data) {
  if (!data?.agentId) return {};
  return {
    agentId: data.agentId,
    version: data.version,
    purpose: data.purpose,
    instructions: data.instructions ?? '',
    card: padded(
      `${heading(data.name)}${fact('Purpose', prose(data.purpose))}${fact('Instructions', data.promptName ? `Prompt ${esc(data.promptName)}, ${esc(data.promptLabel)}` : prose(data.instructions))}${fact('Models', esc(data.providers.join(', ') || 'Default order'))}${fact('Limits', `${data.maxInputTokens} tokens in, ${data.timeoutSeconds} s, ${data.dailyCostMicros === null ? 'no daily budget' : `${dollars(data.dailyCostMicros)} per day`}`)}${fact('Version', String(data.version))}`,
    ),
  };
}
