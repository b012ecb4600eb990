import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** An OpenAI-compatible server that answers every call in schema after a fixed time. */
export interface LoopbackModel {
  url: string;
  /** Calls since the last {@link reset}, and how many were open at once at most. */
  counts(): { calls: number; peak: number };
  reset(): void;
  stop(): Promise<void>;
}

/** Scores a justification of so many hours, 0 to 100; null for "cannot tell". `sent` is all that the model was sent. */
export type ScoreText = (justification: string, hours: number, sent: string) => number | null;

/** A claim as a witness gives it. */
export interface SaidClaim {
  kind: string;
  quote: string;
  date: string | null;
  from: string | null;
  until: string | null;
  hours: number | null;
}

/** What a text of a person claims. */
export type FindClaims = (text: string) => SaidClaim[];

const findNothing: FindClaims = () => [];

/** A sentence about a passage, and the words of it that it rests on. */
export type AnswerFrom = (passage: string) => { sentence: string; quote: string };

const quoteBeginning: AnswerFrom = (passage) => {
  const quote = passage.split(/\s+/).slice(0, 6).join(' ');
  return { sentence: quote, quote };
};

/**
 * @param score of what a person wrote, where the prompt has such a text
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export async function startLoopbackModel(
  latencyMs: number,
  score: ScoreText = () => 70,
  answer: AnswerFrom = quoteBeginning,
  find: FindClaims = findNothing,
): Promise<LoopbackModel> {
  let calls = 0;
  let open = 0;
  let peak = 0;
  const server = createServer(async (request, response) => {
    const answered = pause(latencyMs);
    calls++;
    open++;
    peak = Math.max(peak, open);
    const asked = await readJson(request);
    await answered;
    open--;
    response.setHeader('content-type', asked.stream ? 'text/event-stream' : 'application/json');
    response.end(asked.stream ? streamed(asked, answer) : JSON.stringify(completion(asked, score, find)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    counts: () => ({ calls, peak }),
    reset: () => {
      calls = 0;
      peak = open;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ChatRequest {
  model: string;
  messages: { role: string; content: string }[];
  stream?: boolean;
}

async function readJson(request: IncomingMessage): Promise<ChatRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as ChatRequest;
}

/** The text that a witness is asked about. */
const HEARD = /\nFind the claims in \S+:\n<<([\da-f]{16}) ([\s\S]*) \1>>$/;

function completion({ model, messages }: ChatRequest, score: ScoreText, find: FindClaims) {
  const prompt = messages.at(-1)?.content ?? '';
  const heard = HEARD.exec(prompt)?.[2];
  const content = JSON.stringify(
    heard === undefined ? answerTo(prompt, score, messages) : { claims: find(heard) },
  );
  return {
    id: 'chatcmpl-loopback',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } }],
    usage: { prompt_tokens: 600, completion_tokens: 80, total_tokens: 680 },
  };
}

/** One sentence about the first passage, as `policy-answer` asks for it. */
function streamed({ model, messages }: ChatRequest, answer: AnswerFrom): string {
  const passage = /^1\. <<([\da-f]{16}) ([\s\S]*?) \1>>/m.exec(messages.at(-1)?.content ?? '')?.[2] ?? '';
  const content = JSON.stringify({ ...answer(passage.split(' / ').at(-1) ?? ''), passage: 1 });
  const chunk = (choice: object) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-loopback', object: 'chat.completion.chunk', created: 0, model, choices: [{ index: 0, ...choice }] })}\n\n`;
  return `${chunk({ delta: { role: 'assistant', content }, finish_reason: null })}${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;
}

/** Scores every criterion that the prompt asks about, by the first fact that is known. */
function answerTo(prompt: string, score: ScoreText, sent: ChatRequest['messages']) {
  // What a person wrote may hold the same words, so the last are the prompt's own.
  const cut = prompt.lastIndexOf('\nDecide these criteria:\n');
  const [facts, questions] = [prompt.slice(0, cut), prompt.slice(cut)];
  const known = [...facts.matchAll(/^- (\w+\.\w+): (.*)$/gm)].find(([, , value]) => value !== 'not known');
  const asked = [...questions.matchAll(/^- (\S+) \(/gm)].map(([, id]) => id);
  const justification = /\.justification: <<([\da-f]{16}) ([\s\S]*?) \1>>/.exec(facts)?.[2] ?? '';
  const hours = Number(/^- request\.hours: (.*)$/m.exec(facts)?.[1]);
  const given = score(justification, hours, sent.map(({ content }) => content).join('\n'));
  return {
    criteria: asked.map((id) => ({
      id,
      score: given,
      reason: 'The facts speak for this score.',
      evidence: known ? [known[1]] : [],
    })),
    feedback: 'Keep your notes as clear as these.',
  };
}
