import type { z } from 'zod';
import type { content } from '../schema.ts';

const PERSONAL =
  'This link is personal: anyone who has it can decide in your name. It works until {{ until }}.';

/** Asks one person for a decision; `link` is theirs alone, leads to a page and decides nothing by itself. */
export const decision = {
  title: 'Decision',
  description: 'Asks an approver for a decision, with a personal link.',
  category: 'decisions',
  critical: true,
  channels: ['email'],
  sample: {
    title: 'Pay 12 hours of manual time?',
    message: 'The tracker failed on two days.',
    facts: [
      { name: 'Builder', value: 'Ada Sample' },
      { name: 'Hours', value: '12' },
    ],
    link: 'https://example.com/decide?token=sample',
    until: '2026-11-19 08:00 UTC',
  },
  locales: {
    en: {
      subject: '{{ title }}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="quiet" padding-bottom="0">Your decision is needed</mj-text>
  <mj-text mj-class="title">{{ title }}</mj-text>
  <mj-raw>{% if message %}</mj-raw><mj-text><div style="white-space:pre-line">{{ message }}</div></mj-text><mj-raw>{% endif %}</mj-raw>
  <mj-table font-size="16px">{% for fact in facts %}<tr><td style="padding:3px 16px 3px 0;color:#5b6675;vertical-align:top">{{ fact.name }}</td><td style="padding:3px 0">{{ fact.value }}</td></tr>{% endfor %}</mj-table>
  <mj-button href="{{ link }}">Look and decide</mj-button>
  <mj-divider border-width="1px" border-color="#e3e7ec" padding="12px 0" />
  <mj-text mj-class="quiet">${PERSONAL}</mj-text>
</mj-column></mj-section>`,
      text: `Your decision is needed

{{ title }}
{% if message %}
{{ message }}
{% endif %}{% if facts.size > 0 %}
{% for fact in facts %}{{ fact.name }}: {{ fact.value }}
{% endfor %}{% endif %}
Review and decide: {{ link }}

${PERSONAL}`,
      summary: 'Your decision is needed until {{ until }}.',
      link: '{{ link }}',
    },
  },
} satisfies z.input<typeof content>;
