import type { z } from 'zod';
import type { content } from '../schema.ts';

/** Warns administrators that much, or all, of what the company's plan allows is used. */
export const planQuota = {
  title: 'Quota of the plan',
  description:
    'Notifies administrators at 80 % and at 100 % of a quota of the plan, each once in its period.',
  category: 'operations',
  channels: ['email', 'inbox'],
  sample: {
    percent: 80,
    what: 'saved conversations',
    used: '40',
    limit: '50',
    plan: 'Starter',
    resetsAt: '2026-12-01 00:00 UTC',
    url: 'https://example.com/plan',
  },
  locales: {
    en: {
      subject: '{{ percent }} % of your plan is used: {{ what }}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">{{ used }} of {{ limit }}: {{ what }}</mj-text>
  <mj-text>{% if percent == 100 %}The company has used all that its plan {{ plan }} allows. More is refused{% if resetsAt %} until {{ resetsAt }}{% endif %}; nothing that exists is lost.{% else %}The company has used {{ percent }} % of what its plan {{ plan }} allows.{% if resetsAt %} It starts again at {{ resetsAt }}.{% endif %}{% endif %}</mj-text>
  <mj-raw>{% if url %}</mj-raw><mj-button href="{{ url }}">Plan and usage</mj-button><mj-raw>{% endif %}</mj-raw>
</mj-column></mj-section>`,
      text: `{{ used }} of {{ limit }}: {{ what }}

{% if percent == 100 %}The company has used all that its plan {{ plan }} allows. More is refused{% if resetsAt %} until {{ resetsAt }}{% endif %}; nothing that exists is lost.{% else %}The company has used {{ percent }} % of what its plan {{ plan }} allows.{% if resetsAt %} It starts again at {{ resetsAt }}.{% endif %}{% endif %}{% if url %}

Plan and usage: {{ url }}{% endif %}`,
      summary:
        '{{ used }} of {{ limit }} are used: {{ what }}.{% if resetsAt %} It starts again at {{ resetsAt }}.{% endif %}',
      link: '{% if url %}{{ url }}{% endif %}',
    },
  },
} satisfies z.input<typeof content>;
