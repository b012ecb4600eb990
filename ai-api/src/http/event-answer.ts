import type { Request, Response } from 'express';
import type { Operation } from '../contract/operation.ts';
import { toProblem } from './error-handler.ts';

/** Whether a request wants the steps of an answer as server-sent events, and the operation sends them. */
export function wantsEvents(op: Pick<Operation, 'streams'>, request: Request): boolean {
  return op.streams === true && (request.headers.accept ?? '').includes('text/event-stream');
}

/**
 * Answers by server-sent events: those that the handler emits, then `answer` with the output or `problem` with the
 * problem document.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function answerByEvents(
  request: Request,
  response: Response,
  work: (emit: (event: string, data: unknown) => void) => Promise<unknown>,
): Promise<void> {
  response.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  const emit = (event: string, data: unknown) => {
    if (!response.destroyed) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    emit('answer', await work(emit));
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error }, 'an event-stream response failed');
    emit('problem', problem.document({ path: request.path, id: String(request.id) }));
  }
  response.end();
}
