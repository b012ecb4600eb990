import type { AnswerModel, ModelCall, ModelReply } from '../../../ai-api/test/model-recorder.ts';
import { askedCriteria, claimOf, heardText } from '../../../ai-api/test/model-recorder.ts';

const REASONS = {
  high: 'Says what was done, for whom, and what it showed; the numbers of the week agree.',
  middle: 'Says what was done; what it led to is not told.',
  low: 'One general sentence. Nothing in it can be checked against the week.',
};

/** What people wrote, by kind of judgement. */
const FACTS = ['evidence.text', 'project.tamRationale', 'week.note'];

/** A number from 0 to 99 that follows from a text alone. */
function drawn(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % 100;
}

/** A model for pictures: the same question gets the same answer, and different weeks different scores. */
export const answerForPictures: AnswerModel = (call) => {
  if (call.isStream) return { content: answerOfPolicies(call) };
  if (call.name === 'better_prompt') return betterPrompt(call);
  const heard = heardText(call);
  if (heard !== undefined) return { answer: { claims: claimsOf(heard) } };
  const asked = askedCriteria(call);
  if (asked.length > 0) return judged(call, asked);
  return { answer: { answer: 'Twelve of fourteen projects told what they will show next week.' } };
};

/** What was done, then why it was not tracked. */
function claimsOf(text: string) {
  const [done = '', ...reasons] = text.split(/[;,]/).map((part) => part.trim());
  return [claimOf('activity', done), ...reasons.map((reason) => claimOf('reason', reason))];
}

function judged(call: ModelCall, asked: readonly string[]): ModelReply {
  const fact = FACTS.find((one) => call.user.includes(one)) ?? 'week.note';
  const criteria = asked.map((id) => {
    const score = 45 + (drawn(call.user.slice(-1500) + id) % 55);
    const reason = score > 75 ? REASONS.high : score > 58 ? REASONS.middle : REASONS.low;
    return { id, score, reason, evidence: [fact] };
  });
  return {
    answer: { criteria, feedback: 'Write down what a decision rested on, not only that it was made.' },
  };
}

function betterPrompt(call: ModelCall): ModelReply {
  const [, text = ''] = /The prompt: <<\w+ ([\s\S]*?) \w+>>\n/.exec(call.user) ?? [];
  return {
    answer: {
      analysis: 'Short notes were praised where reviewers found nothing to check.',
      text: `${text}\n\n- A note that names no result is weak, however long it is.`,
      change: 'Notes without a result count less.',
    },
  };
}

/** Answers from the passage that speaks of the days, wherever it stands among those that were found. */
function answerOfPolicies({ user }: ModelCall): string {
  const quote = 'claimed within fourteen days';
  const before = user.slice(0, user.indexOf(quote));
  const passage = Number([...before.matchAll(/^(\d+)[.] /gm)].at(-1)?.[1] ?? 1);
  const sentence = 'Time that was not tracked is claimed within fourteen days of the day it was worked.';
  return `${JSON.stringify({ sentence, passage, quote })}\n`;
}
