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

/** @see https://platform.openai.com/docs/api-reference/chat */
export async function startLoopbackModel(latencyMs: number): Promise<LoopbackModel> {
  let calls = 0;
  let open = 0;
  let peak = 0;
  const server = createServer(async (request, response) => {
    const answered = pause(latencyMs);
    calls++;
    open++;
    peak = Math.max(peak, open);
    const body = completion(await readJson(request));
    await answered;
    open--;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
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
}

async function readJson(request: IncomingMessage): Promise<ChatRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as ChatRequest;
}

function completion({ model, messages }: ChatRequest) {
  const content = JSON.stringify(answerTo(messages.at(-1)?.content ?? ''));
  return {
    id: 'chatcmpl-loopback',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } }],
    usage: { prompt_tokens: 600, completion_tokens: 80, total_tokens: 680 },
  };
}

/** Scores every criterion that the prompt asks about, by the first fact that is known. */
function answerTo(prompt: string) {
  const [facts = '', questions = ''] = prompt.split('\nDecide these criteria:\n');
  const known = [...facts.matchAll(/^- (\w+\.\w+): (.*)$/gm)].find(([, , value]) => value !== 'not known');
  const asked = [...questions.matchAll(/^- (\S+) \(/gm)].map(([, id]) => id);
  return {
    criteria: asked.map((id) => ({
      id,
      score: 70,
      reason: 'The facts speak for a solid week.',
      evidence: known ? [known[1]] : [],
    })),
    feedback: 'A solid week. Keep your notes as clear as these.',
  };
}
