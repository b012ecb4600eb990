import type { z } from 'zod';
import type { content } from '../schema.ts';

/** The code by which a person shows that a phone number is theirs. The summary is without it: only the phone shows it. */
export const phoneCode = {
  title: 'Code for a phone number',
  description: 'A text message with the code that confirms the number of a person who entered it.',
  category: 'general',
  critical: true,
  channels: ['sms'],
  sample: { code: '012345', minutes: 10 },
  locales: {
    en: {
      subject: 'Confirm your phone number',
      text: '{{ code }} is your code. It works for {{ minutes }} minutes.',
      summary: 'Confirm your phone number with the code of the text message.',
      sms: '{{ code }} is your code to confirm this number for {{ company }}. It works for {{ minutes }} minutes. If you did not ask for it, ignore this message or answer STOP.',
    },
  },
} satisfies z.input<typeof content>;
