import { count, words } from './helpers.js';

/** What was captured, redacted, exported and erased, a row for each count. */
export default function transform(data) {
  if (!data?.captured) return {};
  const row = (what, detail, number) => ({ what, detail, count: count(number) });
  return {
    span: `${data.from} to ${data.to}. ${data.retentionDays === null ? 'Conversations are kept until someone removes them.' : `Conversations are kept for ${data.retentionDays} days.`}`,
    rows: [
      ...data.captured.map((one) =>
        row('Captured', `${one.tool}: ${count(one.messages)} messages`, one.conversations),
      ),
      ...data.redacted.map((one) => row('Redacted', words(one.rule), one.count)),
      row('Exported', 'Conversations, as JSON or Markdown', data.exported.conversations),
      row('Exported', 'Links that show a conversation to anyone', data.exported.shares),
      row('Exported', 'Exports of the audit trail', data.exported.auditExports),
      row('Exported', 'Reports about people and events', data.exported.accessReports),
      ...data.erased.map((one) => row('Erased', words(one.reason), one.count)),
      row('Erased', 'People', data.erasures),
    ],
  };
}
