import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { PastJudgement } from '../../../judgement/index.ts';
import type { ChatModel, Usage } from '../../../models/chat.ts';
import { type ResolvedPrompt, renderPrompt } from '../../../models/prompt.ts';
import { faultsOf } from '../../../models/prompt-template.ts';

const answer = z.object({
  analysis: z.string().min(1).max(3000),
  text: z.string().min(1).max(32_000),
  change: z.string().min(1).max(1000),
});
export type Candidate = z.output<typeof answer>;

/**
 * Asks the model for a better version of a prompt.
 * @throws {import('../../../models/chat.ts').ModelError} also for a text whose variables are not those of the prompt
 */
export async function reflect(
  model: ChatModel,
  writer: ResolvedPrompt,
  base: ResolvedPrompt,
  failures: readonly PastJudgement[],
  options: {
    tenantId: string;
    supplied: readonly string[];
    instructions: string | null;
    signal: AbortSignal;
  },
): Promise<{ candidate: Candidate; usage: Usage }> {
  const { tenantId, supplied, instructions, signal } = options;
  const { value, usage } = await model.structured({
    system: renderPrompt(writer, {}),
    user: questionOf(base, failures, instructions),
    name: 'better_prompt',
    schema: answer.superRefine(({ text }, context) => {
      for (const { message } of faultsOf(text, base.variables, supplied))
        context.addIssue({ code: 'custom', path: ['text'], message });
    }),
    call: {
      tenantId,
      purpose: 'prompt-optimization',
      subject: `prompt:${base.name}`,
      prompt: { name: writer.name, version: writer.version, langfuseVersion: writer.langfuseVersion },
    },
    signal,
  });
  return { candidate: value, usage };
}

/** The material, each text between markers that its authors cannot know. */
function questionOf(
  base: ResolvedPrompt,
  failures: readonly PastJudgement[],
  instructions: string | null,
): string {
  const marker = randomBytes(8).toString('hex');
  const quote = (text: string) => `<<${marker} ${text.replaceAll(marker, '')} ${marker}>>`;
  const variables = base.variables.map(({ name, description }) => `- {{${name}}}: ${description}`);
  const cases = failures.map(({ grade, score, facts, criteria, human }, index) => {
    const read = criteria.filter(({ decidedBy }) => decidedBy === 'model');
    const said = read.map(({ id, score: given, reason }) => `${id} ${given}: ${reason}`).join(' ');
    return [
      `Case ${index + 1}: the prompt led to ${grade} (${score}), a person decided ${human?.grade}.`,
      `Facts: ${quote(JSON.stringify(facts))}`,
      `What was read: ${quote(said || 'nothing')}`,
      `The person's reason: ${quote(human?.reason ?? 'none given')}`,
    ].join('\n');
  });
  return [
    `The prompt: ${quote(base.text)}`,
    `Its variables:\n${variables.join('\n') || 'none'}`,
    ...(instructions ? [`What the company wants in particular: ${instructions}`] : []),
    `Corrected cases:\n${cases.join('\n\n')}`,
  ].join('\n\n');
}
