import type { IDataObject } from 'n8n-workflow';
import type { ApiAnswer, ApiRequest, ApiSession } from '../shared/transport.ts';
import { manifest } from './manifest.ts';

/** One read of a batch, and the answer it would have got alone. */
export interface BatchedRead extends IDataObject {
  operation: string;
  input: IDataObject;
}

/** Statuses that say that this API takes no batches, or none from this key. */
const NO_BATCHES = [403, 404, 405];

/**
 * Sends many reads in one request. Answers in their order, each with a status of its own; undefined when the API
 * takes no batches.
 *
 * @throws NodeApiError when the batch as a whole failed
 */
export async function sendBatch(
  session: ApiSession,
  requests: BatchedRead[],
  settings: Pick<ApiRequest, 'headers' | 'timeoutMs'>,
  itemIndex: number,
): Promise<ApiAnswer[] | undefined> {
  const path = manifest.batch?.path ?? '';
  const request: ApiRequest = { method: 'POST', path, body: { requests }, accept: NO_BATCHES, ...settings };
  const { status, body } = await session.send(request, itemIndex);
  const { answers } = body as { answers?: ApiAnswer[] };
  return NO_BATCHES.includes(status) || answers?.length !== requests.length ? undefined : answers;
}
