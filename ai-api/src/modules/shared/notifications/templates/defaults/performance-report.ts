import type { z } from 'zod';
import type { content } from '../schema.ts';

const CELL = 'padding:8px 8px 8px 0;border-bottom:1px solid #e3e7ec;vertical-align:top';

const table = (list: string, none: string) =>
  `{% if ${list}.size > 0 %}<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:15px"><tr style="color:#5b6675;font-size:13px;text-align:left"><th style="${CELL}">Builder</th><th style="${CELL}">Grade</th><th style="${CELL};text-align:right">Score</th><th style="${CELL};text-align:right">Change</th><th style="${CELL}">Why</th></tr>{% for one in ${list} %}<tr><td style="${CELL}">{% if one.link %}<a href="{{ one.link }}" style="color:#1d6f8a">{{ one.name }}</a>{% else %}{{ one.name }}{% endif %}<br /><span style="color:#5b6675;font-size:13px">{{ one.team }}</span></td><td style="${CELL}">{{ one.grade }}</td><td style="${CELL};text-align:right">{{ one.score }}</td><td style="${CELL};text-align:right">{{ one.change }}</td><td style="${CELL};font-size:14px">{{ one.why }}</td></tr>{% endfor %}</table>{% else %}<span style="color:#5b6675">${none}</span>{% endif %}`;

const lines = (
  list: string,
  none: string,
) => `{% if ${list}.size > 0 %}{% for one in ${list} %}- {{ one.name }} ({{ one.team }}): {% if one.grade == 'none' %}no grade{% else %}{{ one.grade }}{% endif %}, score {% if one.score == '' %}none{% else %}{{ one.score }}{% endif %}.{% if one.why != '' %} {{ one.why }}{% endif %}{% if one.link %} {{ one.link }}{% endif %}
{% endfor %}{% else %}${none}
{% endif %}`;

const one = {
  name: 'Ada Sample',
  team: 'Orchard',
  grade: 'D',
  score: '48',
  change: '-12',
  why: 'The score fell by 12 points.',
  link: null,
};

/** How a week went, for those who lead teams. */
export const performanceReport = {
  title: 'Performance report',
  description: 'How a week went for a team or the company: who needs attention and what goes well.',
  category: 'reports',
  channels: ['email'],
  sample: {
    subject: 'The week 2026-W46: one person needs attention',
    week: '2026-W46',
    monday: '2026-11-09',
    sunday: '2026-11-15',
    team: null,
    headline: '12 of 14 builders were graded. Mean score 71.',
    grades: 'A: 3 · B: 7 · D: 2',
    attention: [one],
    best: [{ ...one, name: 'Ben Sample', grade: 'A', score: '93', change: '+4', why: '' }],
    isLinked: false,
  },
  locales: {
    en: {
      subject: '{{ subject }}',
      mjml: `<mj-section><mj-column>
  <mj-text mj-class="quiet" padding-bottom="0">Week {{ week }}, {{ monday }} to {{ sunday }}{% if team %} · {{ team }}{% endif %}</mj-text>
  <mj-text font-size="20px" font-weight="700" line-height="1.35">{{ headline }}</mj-text>
  <mj-text mj-class="quiet">{{ grades }}</mj-text>
  <mj-text font-size="17px" font-weight="700">Needs attention</mj-text>
  <mj-text>${table('attention', 'No builder needs attention.')}</mj-text>
  <mj-text font-size="17px" font-weight="700">Going well</mj-text>
  <mj-text>${table('best', 'No builder was graded.')}</mj-text>
  <mj-text mj-class="quiet">{% if isLinked %}Every name leads to the evaluations with their evidence.{% else %}The evidence is on the Performance page of the dashboards.{% endif %}</mj-text>
</mj-column></mj-section>`,
      text: `{{ headline }}

Needs attention
${lines('attention', 'No builder needs attention.')}
Going well
${lines('best', 'No builder was graded.')}`,
      summary: '{{ headline }}',
    },
  },
} satisfies z.input<typeof content>;
