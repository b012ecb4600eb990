import { esc, heading, padded, quiet } from './helpers.js';

const WORDS = { on: 'on', off: 'off', digest: 'once a day' };

/** A person's preferences: a row for each category, and the times that apply. */
export default function transform(data) {
  if (!data?.matrix) return {};
  const rows = new Map();
  for (const { category, channel, choice } of data.matrix)
    rows.set(category, { ...(rows.get(category) ?? { category }), [channel]: WORDS[choice] });
  const { zone, quietFrom, quietTo, digestHour } = data.effective;
  const quietHours = quietFrom && quietTo ? `${quietFrom} to ${quietTo}` : 'none';
  const line = (name, value) => `<p style="margin:6px 0">${quiet(name)}${esc(value)}</p>`;
  return {
    rows: [...rows.values()],
    zone: data.zone ?? '',
    quietFrom: data.quietFrom ?? '',
    quietTo: data.quietTo ?? '',
    digestHour: data.digestHour === null ? '' : String(data.digestHour),
    phone: data.phone ?? '',
    needsCode: data.phone !== null && !data.phoneVerified,
    phoneState: phoneState(data),
    card: padded(
      `${heading('What applies to you')}${line('E-mail', data.email)}${line('Phone', data.phone ? `${data.phone} (${data.phoneVerified ? 'confirmed' : 'not confirmed'})` : 'none')}${line('Quiet hours', quietHours)}${line('Digest', `at ${digestHour}:00`)}${line('Time zone', zone)}${line('Webhook', data.webhookUrl ?? 'none')}`,
    ),
  };
}

function phoneState({ phone, phoneVerified }) {
  if (phone === null)
    return 'Save your number first. Then a text message with a code shows that it is yours.';
  if (phoneVerified) return `${phone} is confirmed and gets text messages.`;
  return `${phone} is not confirmed: no text messages go to it. Have a code sent and enter it.`;
}
