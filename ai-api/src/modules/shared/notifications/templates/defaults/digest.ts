import type { z } from 'zod';
import type { content } from '../schema.ts';

/** What people get who chose one e-mail a day instead of many. */
export const digest = {
  title: 'Daily digest',
  description: 'Everything that a person chose to receive once a day, in one e-mail.',
  category: 'general',
  channels: ['email'],
  sample: {
    items: [
      {
        title: 'Your week 2026-W46: grade B',
        summary: 'Your goals were met; two of five days had no entry.',
        category: 'evaluations',
        link: 'https://example.com/week',
      },
      {
        title: 'Time request approved',
        summary: '3 h on 2026-11-12',
        category: 'time',
        link: null,
      },
    ],
  },
  locales: {
    en: {
      subject: '{{ items.size }} notification{% if items.size != 1 %}s{% endif %}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">Since your last digest</mj-text>
  <mj-table>{% for item in items %}<tr><td style="padding:8px 0;border-bottom:1px solid #e3e7ec">{% if item.link %}<a href="{{ item.link }}" style="color:#1d5f8a;font-weight:600">{{ item.title }}</a>{% else %}<b>{{ item.title }}</b>{% endif %}<br />{{ item.summary }}</td></tr>{% endfor %}</mj-table>
</mj-column></mj-section>`,
      text: `{% for item in items %}- {{ item.title }}
  {{ item.summary }}{% if item.link %}
  {{ item.link }}{% endif %}
{% endfor %}`,
      summary: '{{ items.size }} notification{% if items.size != 1 %}s{% endif %} in one e-mail',
    },
  },
} satisfies z.input<typeof content>;
