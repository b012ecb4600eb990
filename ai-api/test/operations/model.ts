import {
  type AnswerModel,
  askedCriteria,
  heardText,
  type ModelCall,
  type ModelReply,
  testifyAll,
} from '../model-recorder.ts';

/** In a request's words: the model then cannot tell, and people decide. */
export const UNCLEAR = 'I do not remember the details.';

/** A model for every purpose of the platform: it reads what it is given and answers in the form that is asked for. */
export const answerEverything: AnswerModel = (call): ModelReply => {
  if (call.name === 'connection_check') return { answer: { works: true } };
  if (call.name === 'better_prompt') return { answer: betterPrompt(call) };
  if (heardText(call) !== undefined) return testifyAll(call) as ModelReply;
  if (askedCriteria(call).length > 0) return { answer: scores(call) };
  if (call.isStream) return { content: quotation(call) };
  return { answer: { answer: 'Two builders need a second look.' } };
};

function scores(call: ModelCall) {
  const score = call.user.includes(UNCLEAR) ? 50 : call.system.includes(STRICT) ? 20 : 95;
  const [, fact = ''] = /^- ([\w-]+\.\w+): (?!not known)/m.exec(call.user) ?? [];
  return {
    criteria: askedCriteria(call).map((id) => ({ id, score, reason: 'It says so.', evidence: [fact] })),
    feedback: 'Your note was read. Go on like this.',
  };
}

/** What the optimizer adds to a prompt, by which this model then grades as reviewers do. */
const STRICT = 'Notes without figures are weak.';

function betterPrompt(call: ModelCall) {
  const [, text = ''] = /The prompt: <<\w+ ([\s\S]*?) \w+>>\n/.exec(call.user) ?? [];
  return {
    analysis: 'Notes without figures were praised.',
    text: `${text}\n\n- ${STRICT}`,
    change: 'Figures count.',
  };
}

/** A sentence that rests on words of the first passage. */
function quotation(call: ModelCall): string {
  const quote = '16 weeks of paid parental leave';
  const sentence = 'Every parent gets 16 weeks, paid.';
  return call.user.includes(quote) ? JSON.stringify({ sentence, passage: 1, quote }) : '';
}
