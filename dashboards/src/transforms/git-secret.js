/** Where the forge has to send its webhooks, and with which secret; it is shown this once. */
export default function transform(data) {
  if (!data?.webhookSecret) return {};
  return { line: `${data.webhookUrl ? `URL: ${data.webhookUrl} · ` : ''}Secret: ${data.webhookSecret}` };
}
