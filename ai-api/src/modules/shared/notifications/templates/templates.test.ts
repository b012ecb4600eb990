import { describe, expect, test } from 'vitest';
import { DEFAULTS } from './defaults/index.ts';
import { withSafeLinks } from './links.ts';
import { fillIn, newBudget, TemplateError } from './liquid.ts';
import { compileMjml } from './mjml.ts';
import { render, textsFor } from './render.ts';
import { content } from './schema.ts';

const surroundings = {
  recipient: { name: 'Ada', email: 'ada@example.com' },
  company: 'Sample',
  unsubscribe: 'https://example.com/unsubscribe?token=x',
};

describe('Liquid', () => {
  test.each([
    ['{% for i in (1..1000000000) %}x{% endfor %}', 'needs too much memory'],
    [
      '{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}x{% endfor %}{% endfor %}{% endfor %}',
      '',
    ],
    [
      '{% assign a = "x" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}',
      'needs too much memory',
    ],
    ['{{ "x" | date: "%999999999d" }}{{ "now" | date: "%999999999Y" }}', ''],
    [`${'{{ a }}'.repeat(20_000)}`, 'longer than 100000 characters'],
    ['{{ missing }}', 'missing'],
    ['{{ a | nothing }}', 'nothing'],
    ['{{ a | raw }}', 'raw'],
    ['{% include "/etc/passwd" %}', 'include'],
    ['{% render "/etc/passwd" %}', 'render'],
    ['{% layout "/etc/passwd" %}', 'layout'],
    ['{% if a %}', 'not closed'],
  ])('ends %s with its reason', (template, reason) => {
    const filled = () => fillIn(template, 'html', { a: 'b' });
    expect(filled).toThrow(TemplateError);
    expect(filled).toThrow(reason);
  });

  test('escapes values in markup and nothing in texts, and reaches own fields alone', () => {
    const data = { a: '<b>&"\'</b>', list: [1] };
    expect(fillIn('{{ a }}', 'html', data)).toBe('&lt;b&gt;&amp;&#34;&#39;&lt;/b&gt;');
    expect(fillIn('{{ a }}', 'text', data)).toBe(data.a);
    expect(() => fillIn('{{ a.constructor.name }}', 'text', data)).toThrow(TemplateError);
    expect(() => fillIn('{{ list.__proto__ }}', 'text', data)).toThrow(TemplateError);
  });
});

describe('MJML', () => {
  test('keeps Liquid with its comparisons and quotes, and links no fonts', () => {
    const html = compileMjml(
      '<mj-section><mj-column><mj-text>{% if a < 2 and b == "x" %}{{ c | default: "d" }}{% endif %}</mj-text></mj-column></mj-section>',
    );
    expect(html).toContain('{% if a < 2 and b == "x" %}{{ c | default: "d" }}{% endif %}');
    expect(html).not.toContain('fonts.googleapis.com');
    expect(html).toMatch(/^<!doctype html>/i);
  });

  test.each([
    ['<mj-section>', 'cannot be read'],
    ['<mj-include path="/etc/passwd" />', 'cannot be read'],
    ['<mj-section><mj-column><mj-nothing /></mj-column></mj-section>', 'mj-nothing'],
  ])('refuses %s', (source, reason) => {
    expect(() => compileMjml(source)).toThrow(reason);
  });
});

describe('links in markup', () => {
  test.each([
    ['<a href="javascript:alert(1)">', '<a href="#">'],
    ["<a class='x' HREF = ' JavaScript:alert(1)'>", `<a class='x' HREF = "#">`],
    ['<a href=vbscript:x>', '<a href="#">'],
    ['<a title="next >" href="javascript:x">', '<a title="next >" href="#">'],
    [`<a title=it's href="javascript:x">`, `<a title=it's href="#">`],
    ['<a href="java&#115;cript:alert(1)">', '<a href="#">'],
    ['<form action="data:text/html,x">', '<form action="#">'],
    ['<v:roundrect xlink:href="javascript:x">', '<v:roundrect xlink:href="#">'],
  ])('%s is %s', (given, safe) => {
    expect(withSafeLinks(given)).toBe(safe);
  });

  test.each([
    '<a href="https://example.com/?a=1&amp;b=javascript:x">Text with href="javascript:x"</a>',
    '<a href="mailto:ada@example.com">',
    '<a href="tel:+4740000000">',
    '<a href="#top">',
    '<a href="">',
  ])('%s stays as it is', (given) => {
    expect(withSafeLinks(given)).toBe(given);
  });
});

describe('the time that a template may take', () => {
  const slow = '{% for a in (1..300) %}{% for b in (1..300) %}x{% endfor %}{% endfor %}';

  test('is shared by all its parts', () => {
    const budget = newBudget(60_000);
    fillIn(slow, 'text', {}, budget);
    const once = 60_000 - budget.left;
    expect(once).toBeGreaterThan(0);
    expect(() => fillIn(slow, 'text', {}, { left: 0 })).toThrow('takes too long');
    const template = DEFAULTS.message as NonNullable<typeof DEFAULTS.message>;
    expect(() => render(template, 'en', template.sample, surroundings, { left: 0 })).toThrow(
      'takes too long',
    );
  });
});

describe('the templates of the product', () => {
  test.each(Object.keys(DEFAULTS))('%s is filled in with its sample', (name) => {
    const template = DEFAULTS[name];
    if (!template) throw new Error('missing');
    const { subject, html, text, summary, sms } = render(template, 'en', template.sample, surroundings);
    const isMailed = template.channels?.includes('email') ?? true;
    for (const part of [subject, text, summary, sms, ...(isMailed ? [html] : [])]) {
      expect(part).not.toBe('');
      expect(part).not.toMatch(/\{\{|\{%|LIQUID\d|undefined|\[object/);
    }
    if (isMailed) expect(html).toContain('unsubscribe?token=x');
  });

  test('cannot be given markup by their data', () => {
    const hostile = { title: '<script>alert(1)</script>', body: '"><img src=x>', url: 'javascript:alert(1)' };
    const { html, link, subject } = render(DEFAULTS.message as never, 'en', hostile, surroundings);
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('javascript:');
    expect(html).toContain('href="#"');
    expect(link).toBe(null);
    expect(subject).toBe(hostile.title);
  });
});

test('a language falls back to its first part, and then to English', () => {
  const texts = (subject: string) => ({ subject, text: 'x' });
  const template = content.parse({
    title: 'T',
    locales: { en: texts('en'), pt: texts('pt'), 'pt-BR': texts('br') },
  });
  expect(['pt-BR', 'pt-PT', 'de', 'en'].map((one) => textsFor(template, one).subject)).toEqual([
    'br',
    'pt',
    'en',
    'en',
  ]);
  expect(content.safeParse({ title: 'T', locales: { de: texts('de') } }).success).toBe(false);
  const many = Object.fromEntries(
    [...'abcdefghijklmnopqrstu'].map((letter) => [`x${letter}`, texts(letter)]),
  );
  expect(content.safeParse({ title: 'T', locales: { en: texts('en'), ...many } }).success).toBe(false);
});
