import { z } from 'zod';
import { DELIVERY_HEADER } from './email.ts';

const recipient = z.looseObject({
  emailAddress: z.string(),
  action: z.string().optional(),
  diagnosticCode: z.string().optional(),
});
const mail = z.looseObject({
  messageId: z.string(),
  headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
});
const report = z.looseObject({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail,
  bounce: z
    .looseObject({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: z.array(recipient).default([]),
    })
    .optional(),
  complaint: z.looseObject({ complaintFeedbackType: z.string().nullish() }).optional(),
  reject: z.looseObject({ reason: z.string().optional() }).optional(),
});

/** What SES reports about one of our mails. */
export interface SesReport {
  /** Our id of the delivery, from the header that we sent; null where SES does not report headers. */
  deliveryId: string | null;
  /** The id that SES gave the mail. */
  providerId: string;
  /** `isLost` when this mail does not arrive, although SES repeated it; later ones may. */
  what:
    | { kind: 'delivered' }
    | { kind: 'bounced'; permanent: boolean; isLost: boolean; code: string; detail: string }
    | { kind: 'complained'; detail: string }
    | { kind: 'rejected'; detail: string }
    | { kind: 'other' };
}

/** Reads a notification of SES: `notificationType` from an identity, `eventType` from a configuration set. */
export function readSesReport(text: string): SesReport | null {
  const parsed = report.safeParse(parse(text));
  if (!parsed.success) return null;
  const { data } = parsed;
  const header = data.mail.headers?.find(({ name }) => name.toLowerCase() === DELIVERY_HEADER.toLowerCase());
  const isId = z.uuid().safeParse(header?.value);
  return {
    deliveryId: isId.success ? isId.data : null,
    providerId: data.mail.messageId,
    what: whatOf(data),
  };
}

function whatOf({ notificationType, eventType, bounce, complaint, reject }: z.output<typeof report>) {
  const kind = notificationType ?? eventType;
  if (kind === 'Delivery') return { kind: 'delivered' as const };
  if (kind === 'Bounce' && bounce) {
    const { bounceType, bounceSubType = 'General', bouncedRecipients } = bounce;
    const permanent = bounceType === 'Permanent';
    // An automatic answer, such as "out of office", is reported as a bounce too: without the report of a mail server.
    const hasReport = bouncedRecipients.some(
      ({ action, diagnosticCode }) => action === 'failed' || diagnosticCode !== undefined,
    );
    return {
      kind: 'bounced' as const,
      permanent,
      isLost: permanent || hasReport || bounceSubType !== 'General',
      code: `BOUNCE_${bounceType}_${bounceSubType}`.toUpperCase(),
      detail: bouncedRecipients[0]?.diagnosticCode ?? `${bounceType} bounce: ${bounceSubType}`,
    };
  }
  if (kind === 'Complaint')
    return { kind: 'complained' as const, detail: complaint?.complaintFeedbackType ?? 'complaint' };
  if (kind === 'Reject' || kind === 'Rendering Failure')
    return { kind: 'rejected' as const, detail: reject?.reason ?? kind };
  return { kind: 'other' as const };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
