import type { z } from 'zod';
import type { content } from '../schema.ts';

/** What waits for one approver, once a day. */
export const approvalsDigest = {
  title: 'Digest for approvers',
  description: 'Once a day, what waits for an approver: decisions and time requests.',
  category: 'decisions',
  channels: ['email'],
  sample: {
    items: [
      { text: 'Pay the invoice? (requested by Ada Sample, until 2026-11-19 08:00 UTC)', link: null },
      {
        text: 'Manual time: Ben Sample, 3 h on 2026-11-12 (until 2026-11-17 08:00 UTC)',
        link: 'https://example.com/approvals',
      },
    ],
  },
  locales: {
    en: {
      subject: '{{ items.size }} decision{% if items.size != 1 %}s{% endif %} waiting for you',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">{{ items.size }} decision{% if items.size != 1 %}s{% endif %} waiting for you</mj-text>
  <mj-text>Each decision was sent to you in an e-mail with a personal link; decide time requests in the approvals inbox of the dashboards.</mj-text>
  <mj-table>{% for item in items %}<tr><td style="padding:8px 0;border-bottom:1px solid #e3e7ec">{{ item.text }}{% if item.link %}<br /><a href="{{ item.link }}" style="color:#1d5f8a">Open</a>{% endif %}</td></tr>{% endfor %}</mj-table>
</mj-column></mj-section>`,
      text: `These items are waiting for your decision. Each decision was sent to you in an e-mail with a personal link; decide time requests in the approvals inbox of the dashboards.

{% for item in items %}- {{ item.text }}{% if item.link %}: {{ item.link }}{% endif %}
{% endfor %}`,
      summary: '{{ items.size }} decision{% if items.size != 1 %}s{% endif %} waiting for you',
    },
  },
} satisfies z.input<typeof content>;
