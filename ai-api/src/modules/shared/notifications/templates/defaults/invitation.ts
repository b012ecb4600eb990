import type { z } from 'zod';
import type { content } from '../schema.ts';

const PERSONAL =
  'This link is for you alone: anyone who has it can set your password. It works once, until {{ until }}.';

/** Lets one person set their password; `isNew` is false where they had an account before. */
export const invitation = {
  title: 'Invitation',
  description: 'Invites a person to AI Manager, or lets them set a new password, with a personal link.',
  category: 'general',
  critical: true,
  channels: ['email'],
  sample: {
    company: 'Sample company',
    isNew: true,
    link: 'https://example.com/invitation?token=sample',
    until: '2026-12-01 08:00 UTC',
  },
  locales: {
    en: {
      subject:
        '{% if isNew %}{{ company }} invites you to AI Manager{% else %}Set a new password for AI Manager{% endif %}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">{% if isNew %}{{ company }} invites you to AI Manager{% else %}Set a new password{% endif %}</mj-text>
  <mj-text>{% if isNew %}Set a password, then sign in with this e-mail address.{% else %}Use this link to set a new password at {{ company }}. If you did not ask for it, ignore this e-mail.{% endif %}</mj-text>
  <mj-button href="{{ link }}">Set your password</mj-button>
  <mj-divider border-width="1px" border-color="#e3e7ec" padding="12px 0" />
  <mj-text mj-class="quiet">${PERSONAL}</mj-text>
</mj-column></mj-section>`,
      text: `{% if isNew %}{{ company }} invites you to AI Manager. Set a password, then sign in with this e-mail address.{% else %}Use this link to set a new password at {{ company }}. If you did not ask for it, ignore this e-mail.{% endif %}

Set your password: {{ link }}

${PERSONAL}`,
      summary:
        '{% if isNew %}You are invited to AI Manager.{% else %}Set a new password for AI Manager.{% endif %}',
      link: '{{ link }}',
    },
  },
} satisfies z.input<typeof content>;
