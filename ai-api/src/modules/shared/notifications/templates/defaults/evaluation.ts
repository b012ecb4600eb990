import type { z } from 'zod';
import type { content } from '../schema.ts';

const HEAD =
  'text-align:left;padding:6px 8px 6px 0;border-bottom:1px solid #e3e7ec;color:#5b6675;font-weight:600';
const CELL = 'padding:7px 8px 7px 0;border-bottom:1px solid #e3e7ec;vertical-align:top';
const NUMBER = `${CELL};text-align:right;white-space:nowrap`;

const HEADLINE =
  'Hello {{ builder.name }}, {% if graded %}your grade is {{ grade }}{% else %}here is your week{% endif %}';
const CLOSING =
  '{{ decidedBy }} {% if answerHours %}You have {{ answerHours }} hours from this e-mail to answer before others see it; your answer is kept with it. {% endif %}Something wrong? Contest it on My week{% if replyTo %}, or answer this e-mail{% endif %}: another person looks at it. Keep the attached receipt: it proves what was decided and when.';

/** What a builder gets about their week. */
export const evaluation = {
  title: 'Weekly evaluation',
  description: 'The grade of a week, the reasons and what to do next, for the builder.',
  category: 'evaluations',
  channels: ['email', 'inbox'],
  sample: {
    week: '2026-W46',
    monday: '2026-11-09',
    sunday: '2026-11-15',
    builder: { name: 'Ada Sample' },
    graded: true,
    grade: 'B',
    score: 78,
    color: '#1d6f8a',
    coverage: 90,
    feedback: [
      { text: 'Your goals were met and the evidence is clear.', items: [] },
      { text: 'To improve:', items: ['Write an entry on each day', 'Name the users you talked to'] },
    ],
    criteria: [
      { title: 'Goals', decidedBy: 'rules', points: '90' },
      { title: 'Knowledge work', decidedBy: 'open', points: 'not enough evidence' },
    ],
    projects: [{ name: 'Orchard', grade: 'B', points: 'B (75)' }],
    decidedBy: 'Decided by rules only, without a model.',
    answerHours: 48,
    replyTo: 'people@example.com',
    link: 'https://example.com/my-week',
  },
  locales: {
    en: {
      subject: 'Your week {{ week }}{% if graded %}: grade {{ grade }}{% endif %}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="quiet" padding-bottom="0">Week {{ week }}, {{ monday }} to {{ sunday }}</mj-text>
  <mj-text mj-class="title">${HEADLINE}</mj-text>
  <mj-table><tr><td style="width:1%;white-space:nowrap;background:{{ color }};color:#ffffff;border-radius:8px;padding:8px 18px;font-size:20px;font-weight:700">{% if graded %}{{ grade }}{% else %}No grade{% endif %}</td><td style="padding-left:14px;color:#5b6675">{% if score != null %}{{ score }} of 100 points<br />{% endif %}{{ coverage }} % of the rubric could be judged</td></tr></mj-table>
  <mj-text>{% for part in feedback %}<p style="margin:12px 0 4px;white-space:pre-line">{{ part.text }}</p>{% if part.items.size > 0 %}<ul style="margin:0;padding-left:20px">{% for item in part.items %}<li style="margin:4px 0">{{ item }}</li>{% endfor %}</ul>{% endif %}{% endfor %}</mj-text>
  <mj-table><tr><th style="${HEAD}">Criterion</th><th style="${HEAD}">Decided by</th><th style="${HEAD};text-align:right">Points</th></tr>{% for one in criteria %}<tr><td style="${CELL}">{{ one.title }}</td><td style="${CELL}">{{ one.decidedBy }}</td><td style="${NUMBER}">{{ one.points }}</td></tr>{% endfor %}</mj-table>
  <mj-raw>{% if projects.size > 0 %}</mj-raw><mj-table><tr><th style="${HEAD}">Project</th><th style="${HEAD};text-align:right">Grade</th></tr>{% for one in projects %}<tr><td style="${CELL}">{{ one.name }}</td><td style="${NUMBER}">{{ one.points }}</td></tr>{% endfor %}</mj-table><mj-raw>{% endif %}</mj-raw>
  <mj-raw>{% if link %}</mj-raw><mj-button href="{{ link }}">{% if answerHours %}See reasons, and answer{% else %}See reasons and evidence{% endif %}</mj-button><mj-raw>{% endif %}</mj-raw>
  <mj-divider border-width="1px" border-color="#e3e7ec" padding="12px 0" />
  <mj-text mj-class="quiet">${CLOSING}</mj-text>
</mj-column></mj-section>`,
      text: `${HEADLINE}.
{% if score != null %}
{{ score }} of 100 points.
{% endif %}{% for part in feedback %}
{{ part.text }}{% for item in part.items %}
- {{ item }}{% endfor %}
{% endfor %}
Points
{% for one in criteria %}{{ one.title }}: {{ one.points }}
{% endfor %}{% if projects.size > 0 %}
Projects
{% for one in projects %}{{ one.name }}: {{ one.points }}
{% endfor %}{% endif %}{% if link %}
Reasons and evidence: {{ link }}
{% endif %}
${CLOSING}`,
      summary:
        '{% if graded %}Your grade is {{ grade }}, {{ score }} of 100 points.{% else %}There was not enough evidence for a grade.{% endif %}',
      link: '{% if link %}{{ link }}{% endif %}',
    },
  },
} satisfies z.input<typeof content>;
