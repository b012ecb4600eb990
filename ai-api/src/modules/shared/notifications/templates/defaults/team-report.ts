import type { z } from 'zod';
import type { content } from '../schema.ts';

const CELL = 'padding:7px 10px 7px 0;border-bottom:1px solid #e3e7ec;vertical-align:top;text-align:left';

/** The teams of a week side by side, for executives. */
export const teamReport = {
  title: 'Weekly team report',
  description: 'Once a week: the teams with their grades, mean score and builders who need review.',
  category: 'reports',
  channels: ['email', 'inbox'],
  sample: {
    builders: 14,
    teams: [
      {
        team: 'Orchard',
        builders: 8,
        score: '78.5',
        grades: '3 x A, 5 x B',
        review: ['Ada Sample'],
        failed: 0,
      },
      { team: 'Harbour', builders: 6, score: null, grades: '', review: [], failed: 6 },
    ],
    url: 'https://example.com/performance',
  },
  locales: {
    en: {
      subject: 'Weekly team report: {{ builders }} builders in {{ teams.size }} teams',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="title">Teams of the week</mj-text>
  <mj-table font-size="14px"><tr style="color:#5b6675"><th style="${CELL}">Team</th><th style="${CELL}">Builders</th><th style="${CELL}">Mean score</th><th style="${CELL}">Grades</th><th style="${CELL}">Needs review</th></tr>{% for one in teams %}<tr><td style="${CELL}">{{ one.team }}</td><td style="${CELL}">{{ one.builders }}{% if one.failed > 0 %}, {{ one.failed }} not judged{% endif %}</td><td style="${CELL}">{{ one.score | default: 'none' }}</td><td style="${CELL}">{{ one.grades }}</td><td style="${CELL}">{{ one.review | join: ', ' }}</td></tr>{% endfor %}</mj-table>
  <mj-raw>{% if url %}</mj-raw><mj-button href="{{ url }}">Open performance</mj-button><mj-raw>{% endif %}</mj-raw>
</mj-column></mj-section>`,
      text: `{% for one in teams %}{{ one.team }}: {{ one.builders }} builders, mean score {{ one.score | default: 'none' }}.{% if one.grades != '' %} {{ one.grades }}.{% endif %}{% if one.review.size > 0 %} Needs review: {{ one.review | join: ', ' }}.{% endif %}{% if one.failed > 0 %} Not judged: {{ one.failed }}.{% endif %}
{% endfor %}{% if url %}
{{ url }}{% endif %}`,
      summary: '{{ builders }} builders in {{ teams.size }} teams',
      link: '{% if url %}{{ url }}{% endif %}',
    },
  },
} satisfies z.input<typeof content>;
