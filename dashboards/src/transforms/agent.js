import { dollars, esc, fact, heading, padded, prose } from './helpers.js';

/** One agent: what it is told, and its limits. */
export default function transform(data) {
  if (!data?.agentId) return {};
  return {
    agentId: data.agentId,
    version: data.version,
    purpose: data.purpose,
    instructions: data.instructions ?? '',
    card: padded(
      `${heading(data.name)}${fact('What it is for', prose(data.purpose))}${fact('What it is told', data.promptName ? `Prompt ${esc(data.promptName)}, ${esc(data.promptLabel)}` : prose(data.instructions))}${fact('Models', esc(data.providers.join(', ') || "the installation's order"))}${fact('Limits', `${data.maxInputTokens} tokens in, ${data.timeoutSeconds} s, ${data.dailyCostMicros === null ? 'no budget of its own' : `${dollars(data.dailyCostMicros)} a day`}`)}${fact('Version', String(data.version))}`,
    ),
  };
}
