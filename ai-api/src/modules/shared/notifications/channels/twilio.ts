import { createHmac, timingSafeEqual } from 'node:crypto';
import { request } from 'undici';
import { z } from 'zod';
import type { Outcome } from './outcome.ts';

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  /** A number such as `+4740000000`, or a messaging service such as `MG…`. */
  from: string;
  baseUrl: string;
}

interface TextMessage {
  to: string;
  body: string;
  /** Where Twilio reports what became of it; by default it does not. */
  statusCallback?: string;
}

export type Twilio = ReturnType<typeof createTwilio>;

const TIMEOUT_MS = 20_000;
const created = z.object({ sid: z.string().min(1) });
const refusal = z.object({ code: z.number(), message: z.string() });

/** Codes after which another attempt may succeed. */
const TRY_AGAIN = ['20429', '30001', '30003', '30008'];
const STOPPED = '21610';

/** Errors of a connection that was never made, so that nothing was sent. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** Text messages by Twilio's API, and the signature of what it sends to us. */
export function createTwilio({ accountSid, authToken, from, baseUrl }: TwilioSettings) {
  const url = `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  return {
    /** One attempt to send; it is never repeated here, because a text message cannot be recognised as a repetition. */
    send: async ({ to, body, statusCallback }: TextMessage, signal: AbortSignal): Promise<Outcome> => {
      const form = new URLSearchParams({
        To: to,
        Body: body,
        ...(statusCallback === undefined ? {} : { StatusCallback: statusCallback }),
        ...(from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }),
      });
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        return outcomeOf(response.statusCode, await response.body.json().catch(() => null));
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        const isSafe = NOT_CONNECTED.includes(code);
        return {
          kind: isSafe ? 'failed' : 'unknown',
          code: isSafe ? 'TWILIO_UNREACHABLE' : 'TWILIO_ANSWER_LOST',
          message: `Twilio did not answer: ${message}`,
        };
      }
    },

    /**
     * Whether Twilio signed a form that it sent us: by HMAC-SHA1, or by HMAC-SHA256 where the account is set so.
     * @param url as Twilio called it
     */
    isSigned: (url: string, form: Readonly<Record<string, string>>, signature: string): boolean => {
      const text =
        url +
        Object.keys(form)
          .sort()
          .map((name) => `${name}${form[name]}`)
          .join('');
      const given = Buffer.from(signature, 'base64');
      return ['sha1', 'sha256'].some((algorithm) => {
        const expected = createHmac(algorithm, authToken).update(text, 'utf8').digest();
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
    },
  };
}

/** What an answer means. A 5xx may come after the message was taken. */
function outcomeOf(status: number, body: unknown): Outcome {
  const made = created.safeParse(body);
  if (status < 300 && made.success) return { kind: 'sent', providerId: made.data.sid };
  if (status < 300 || status >= 500)
    return {
      kind: 'unknown',
      code: `TWILIO_HTTP_${status}`,
      message: `Twilio answered ${status} without saying what became of the message.`,
    };
  const { code, message } = refusal.safeParse(body).data ?? {
    code: status,
    message: `Twilio answered ${status}.`,
  };
  return failureOf(status === 429 ? '20429' : String(code), message);
}

/** What an error code of Twilio means, in an answer or a report. */
export function failureOf(code: string, message: string): Extract<Outcome, { kind: 'refused' | 'failed' }> {
  if (TRY_AGAIN.includes(code)) return { kind: 'failed', code: `TWILIO_${code}`, message };
  return {
    kind: 'refused',
    code: `TWILIO_${code}`,
    message,
    ...(code === STOPPED ? { suppress: 'stop' as const } : {}),
  };
}
