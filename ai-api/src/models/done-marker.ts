/** Whether a stream of events was closed by `data: [DONE]`, by its response. */
const closed = new WeakMap<Response, { isDone: boolean }>();

const MARKER = 'data: [DONE]';

/** Whether the events of a response ended as the protocol ends them, and did not just stop. */
export function endedByMarker(response: Response): boolean {
  return closed.get(response)?.isDone === true;
}

/** `fetch` that notes how a stream of events ends. The client's own reader treats every end alike. */
export async function fetchNotingDone(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  if (!response.body || !response.headers.get('content-type')?.includes('text/event-stream')) return response;
  const state = { isDone: false };
  const decoder = new TextDecoder();
  let tail = '';
  const watched = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        tail = (tail + decoder.decode(chunk, { stream: true })).slice(-200);
        if (tail.includes(MARKER) || tail.includes(MARKER.replace(' ', ''))) state.isDone = true;
        controller.enqueue(chunk);
      },
    }),
  );
  const noted = new Response(watched, response);
  closed.set(noted, state);
  return noted;
}
