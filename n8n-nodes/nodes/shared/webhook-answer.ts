import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

/**
 * Answers 200. The node answers by itself, before n8n starts the workflow: n8n stores changed static data when
 * the answer is given, and forgets that it changed once the workflow runs (n8n 2.41).
 */
export function acknowledge(context: IWebhookFunctions, body: IDataObject = {}): IWebhookResponseData {
  context
    .getResponseObject()
    .status(200)
    .json({ received: true, ...body });
  return { noWebhookResponse: true };
}

/** Answers a problem document that tells nothing but its title. */
export function refuse(context: IWebhookFunctions, status: number, title: string): IWebhookResponseData {
  context
    .getResponseObject()
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status }));
  return { noWebhookResponse: true };
}

/** The bytes that arrived; undefined when n8n did not keep them. */
export function rawBodyOf(context: IWebhookFunctions): Buffer | undefined {
  const { rawBody } = context.getRequestObject();
  return Buffer.isBuffer(rawBody) ? rawBody : undefined;
}

/** A header that came once. */
export function headerOf(context: IWebhookFunctions, name: string): string | undefined {
  const value = context.getHeaderData()[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
