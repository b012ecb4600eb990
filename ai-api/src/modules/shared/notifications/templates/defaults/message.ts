import type { z } from 'zod';
import type { content } from '../schema.ts';

/** A text that its sender writes: what workflows and n8n send without a template of their own. */
export const message = {
  title: 'Message',
  description: 'A subject and a text that the sender writes.',
  category: 'general',
  channels: ['email', 'inbox'],
  sample: {
    title: 'The office is closed on Friday',
    body: 'It opens again on Monday.\nThe phone is answered as usual.',
    url: 'https://example.com/news',
  },
  locales: {
    en: {
      subject: '{{ title }}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">{{ title }}</mj-text>
  <mj-text><div style="white-space:pre-wrap">{{ body }}</div></mj-text>
  <mj-raw>{% if url %}</mj-raw><mj-button href="{{ url }}">Open</mj-button><mj-raw>{% endif %}</mj-raw>
</mj-column></mj-section>`,
      text: '{{ body }}{% if url %}\n\n{{ url }}{% endif %}',
      summary: '{{ body | truncate: 280 }}',
      sms: '{{ title }}: {{ body | truncate: 280 }}{% if url %} {{ url }}{% endif %}',
      link: '{% if url %}{{ url }}{% endif %}',
    },
  },
} satisfies z.input<typeof content>;
