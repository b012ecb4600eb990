/** A service sent more than it may. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes.`);
    this.name = 'AnswerTooLong';
  }
}

/**
 * `fetch` for clients of other services: it follows no redirect, and has read the whole body when it resolves, so that
 * a client's timeout and signal hold for that too.
 * @throws {AnswerTooLong} as soon as more than `maxBytes` (decompressed) have come, and what `fetch` throws
 */
export function boundedFetch(maxBytes: number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await globalThis.fetch(input, { ...init, redirect: 'manual' });
    if (!response.body) return response;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new AnswerTooLong(maxBytes);
      chunks.push(chunk);
    }
    return new Response(Buffer.concat(chunks), response);
  };
}
