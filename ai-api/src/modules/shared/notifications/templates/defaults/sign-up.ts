import type { z } from 'zod';
import type { content } from '../schema.ts';

const PERSONAL = 'The link opens one company, until {{ until }}. If you did not sign up, ignore this e-mail.';

/** Confirms the e-mail address of a person who wants to open a company. */
export const signUp = {
  title: 'Signing up',
  description: 'Confirms the e-mail address of a person who opens a company, with a personal link.',
  category: 'general',
  critical: true,
  channels: ['email'],
  sample: { link: 'https://example.com/sign-up?token=sample', until: '2026-12-01 08:00 UTC' },
  locales: {
    en: {
      subject: 'Confirm your e-mail address for AI Manager',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">Confirm your e-mail address</mj-text>
  <mj-text>Follow the link to open your company at AI Manager.</mj-text>
  <mj-button href="{{ link }}">Open your company</mj-button>
  <mj-divider border-width="1px" border-color="#e3e7ec" padding="12px 0" />
  <mj-text mj-class="quiet">${PERSONAL}</mj-text>
</mj-column></mj-section>`,
      text: `Follow the link to open your company at AI Manager.

Open your company: {{ link }}

${PERSONAL}`,
      summary: 'Confirm your e-mail address for AI Manager.',
      link: '{{ link }}',
    },
  },
} satisfies z.input<typeof content>;
