import type { z } from 'zod';
import type { content } from '../schema.ts';

const WHY = 'The company judges your work by this. Please read it and acknowledge it.';

/** What a kind of judgement tells the people whom it judges, as it was published. */
export const noticePublished = {
  title: 'Notice of how people are judged',
  description:
    'Tells builders what a kind of judgement judges, on which facts, and who decides: once for each version.',
  category: 'decisions',
  critical: true,
  channels: ['email', 'inbox'],
  sample: {
    title: 'Weekly evaluation',
    version: 2,
    sections: [
      { heading: 'What is judged, and what for', lines: ['Each week of a builder is judged and graded.'] },
      { heading: 'Who decides', lines: ['A grade below C takes a person.'] },
    ],
    url: 'https://example.com/how-i-am-judged',
  },
  locales: {
    en: {
      subject: 'How you are judged: {{ title }}, version {{ version }}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">How you are judged: {{ title }}</mj-text>
  <mj-text>${WHY}</mj-text>
  <mj-raw>{% for section in sections %}</mj-raw><mj-text><strong>{{ section.heading }}</strong>{% for line in section.lines %}<div>– {{ line }}</div>{% endfor %}</mj-text><mj-raw>{% endfor %}</mj-raw>
  <mj-raw>{% if url %}</mj-raw><mj-button href="{{ url }}">Read and acknowledge</mj-button><mj-raw>{% endif %}</mj-raw>
</mj-column></mj-section>`,
      text: `How you are judged: {{ title }}, version {{ version }}

${WHY}
{% for section in sections %}
{{ section.heading }}
{% for line in section.lines %}- {{ line }}
{% endfor %}{% endfor %}{% if url %}
Read and acknowledge: {{ url }}{% endif %}`,
      summary: 'Version {{ version }} of how you are judged is published. Please acknowledge it.',
      link: '{% if url %}{{ url }}{% endif %}',
    },
  },
} satisfies z.input<typeof content>;
