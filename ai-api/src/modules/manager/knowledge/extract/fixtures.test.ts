import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { passagesOf } from '../passages.ts';
import { type Extracted, UnreadableFile } from './block.ts';
import { readDocx } from './docx.ts';
import { contentTypeOf, textIn } from './format.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';
import { readPdf } from './pdf.ts';

const FOLDER = new URL('../../../../../test/fixtures/documents/', import.meta.url);

/** A file of `test/fixtures/documents`, as it is searched. */
async function read(name: string) {
  const body = readFileSync(new URL(name, FOLDER));
  const type = contentTypeOf(body, name, undefined);
  const readers: Record<string, () => Extracted | Promise<Extracted>> = {
    'application/pdf': () => readPdf(body),
    'text/html': () => readHtml(textIn(body, type)),
    'text/markdown': () => readMarkdown(textIn(body, type)),
  };
  const { blocks, ...rest } = await (readers[type] ?? (() => readDocx(body)))();
  const passages = passagesOf(blocks).map(({ heading, page, text }) => ({
    heading: heading.join(' > '),
    page,
    text,
  }));
  return { ...rest, passages, text: passages.map(({ text }) => text).join('\n') };
}

interface Expected {
  title?: string;
  /** Lines of passages, with the headings above them. */
  passages: { heading?: string; page?: number; lines: string[] }[];
  /** What was not read, and on which pages. */
  unread?: [reason: string, ...pages: number[]][];
}

test.each<[string, Expected]>([
  [
    'r01-html-table.md',
    {
      passages: [
        {
          heading: 'Retention',
          lines: [
            'Records are kept as follows.',
            'System | Data | Kept',
            'Case product | Customer data | Up to 60 days after contract termination',
            'Mail | Letters of customers | Six years',
            'Exceptions to consider',
            'A legal hold keeps everything.',
          ],
        },
      ],
    },
  ],
  [
    'r02-front-matter.md',
    {
      title: 'Carry-over of leave',
      passages: [
        { heading: '', lines: ['Unused leave may be carried over until the end of March.'] },
        { heading: 'Exceptions', lines: ['Long illness extends this to fifteen months.'] },
      ],
    },
  ],
  [
    'r02-front-matter-crlf.md',
    {
      title: 'Carry-over',
      passages: [{ heading: '', lines: ['Unused leave may be carried over until March.'] }],
    },
  ],
  [
    'r03-nested-list-and-breaks.md',
    {
      passages: [
        {
          heading: 'Expenses',
          lines: [
            'Meals on travel days Breakfast: 12 EUR Dinner: 30 EUR',
            'Hotels Up to 140 EUR a night. Breakfast is not included.',
            'Core hours Monday to Thursday: 10 to 15 Friday: 10 to 13',
            'Write to <team> before you travel, and keep receipts for <8 weeks.',
            '1986. was when the office opened.',
            'Grade | Days of leave',
            'Junior | 26',
            'Senior | 30',
          ],
        },
      ],
    },
  ],
  [
    'r06-soft-hyphens.html',
    {
      title: 'Overtime',
      passages: [
        {
          heading: 'Overtime compensation',
          lines: [
            "Reimbursement of overtime needs the team lead's consent within fourteen days.",
            'Sabbatical leave is unpaid. The family budget is 400 EUR.',
          ],
        },
      ],
    },
  ],
  [
    'r06-zero-width-joiners.md',
    {
      title: 'مرخصی',
      passages: [
        {
          lines: ['کارکنان می‌توانند سی روز مرخصی بگیرند. Family 👨‍👩‍👧 days: five. WORDJOINER stays.'],
        },
      ],
    },
  ],
  [
    'r07-hyphenated-lines.pdf',
    {
      passages: [
        {
          heading: 'TRAVEL COSTS',
          page: 1,
          lines: [
            'The company pays for the reimbursement of tickets within thirty days. Long-term trips need the consent of the management board. Vor- und Nachbereitung counts as work.',
          ],
        },
      ],
    },
  ],
  [
    'r08-mixed-scan.pdf',
    {
      passages: [{ page: 1, lines: ['This cover page has text. The rules follow on the next two pages.'] }],
      unread: [['no text', 2, 3]],
    },
  ],
  [
    'r08-page-number-on-scan.pdf',
    { passages: [{ page: 1, lines: ['This cover has text.'] }], unread: [['no text', 2, 3]] },
  ],
  [
    'r12-two-columns-row-order.pdf',
    {
      passages: [
        {
          page: 1,
          lines: [
            'Employees may carry over five days of leave until the end of March.',
            'Contractors may not take paid leave, and invoice hours worked only.',
          ],
        },
      ],
    },
  ],
  [
    'r14-hidden-render-mode.pdf',
    {
      passages: [{ page: 1, lines: ['A monitor for work at home is paid up to 250 EUR.'] }],
      unread: [['hidden', 1]],
    },
  ],
  [
    'r16-numbered-headings.docx',
    {
      title: 'Scope',
      passages: [
        { heading: '1 Scope', lines: ['This policy is for employees.'] },
        { heading: '2 Leave > 2.1 Annual leave', lines: ['Thirty days a year.'] },
        {
          heading: '2 Leave > 2.2 Carry-over',
          lines: ['Unused days may be taken until 31 March, see 3.1.'],
        },
        { heading: '3 Illness > 3.1 Notice', lines: ['Call your lead before ten in the morning.'] },
      ],
    },
  ],
  [
    'r16-ordered-list.html',
    { passages: [{ heading: 'Steps', lines: ['3. Call the lead.', '4. Send a note.', 'See step 3.'] }] },
  ],
  [
    'r17-hidden-text.docx',
    {
      passages: [{ heading: 'Expenses', lines: ['Taxi rides are paid up to 60 EUR.'] }],
      unread: [['hidden']],
    },
  ],
  [
    'r17-comment-in-markdown.md',
    {
      passages: [
        { heading: 'Leave', lines: ['Thirty days a year. Ask your lead.', 'Five days carry over.'] },
      ],
      unread: [['comment']],
    },
  ],
  [
    'r18-merged-table.docx',
    {
      passages: [
        {
          heading: 'Travel',
          lines: [
            'Country | Kind | Daily rate',
            'Norway | Full day | 75 EUR',
            'Norway | Half day | 50 EUR',
            'Poland | Full day | 40 EUR',
            'Poland | Half day | 27 EUR',
          ],
        },
      ],
    },
  ],
  [
    'r18-plain-table.docx',
    {
      passages: [
        {
          heading: 'Travel',
          lines: ['Country | Full day | Half day', 'Norway | 75 EUR | 50 EUR', 'Poland | 40 EUR | 27 EUR'],
        },
      ],
    },
  ],
  [
    'r18-paragraphs-in-cells.html',
    {
      passages: [
        {
          heading: 'Travel',
          lines: ['Country | Full day | Half day', 'Norway | 75 EUR | 50 EUR', 'Poland | 40 EUR | 27 EUR'],
        },
      ],
    },
  ],
  [
    'r22-boilerplate.html',
    {
      title: 'Remote work',
      passages: [
        {
          heading: 'Remote work',
          lines: [
            'Remote work abroad is allowed for 20 days a year with the consent of the people team.',
            'Country | Days',
            'Spain | 10 in summer',
            'Spain | 5 in winter',
          ],
        },
      ],
      unread: [['surroundings']],
    },
  ],
  [
    'r22-doctype.html',
    { title: 'Leave', passages: [{ heading: 'Leave', lines: ['Thirty days.'] }], unread: [['comment']] },
  ],
])(
  '%s is read as it shows, and what is not read is named',
  async (name, { title, passages, unread = [] }) => {
    const found = await read(name);
    if (title !== undefined) expect(found.title).toBe(title);
    expect(found.passages).toEqual(
      passages.map(({ heading = expect.any(String), page = null, lines }) => ({
        heading,
        page,
        text: lines.join('\n'),
      })),
    );
    expect(found.unread.map(({ reason, pages }) => [reason, ...pages])).toEqual(unread);
  },
);

test('a PDF of private characters fails and says why', async () => {
  await expect(read('r10-private-use-text.pdf')).rejects.toThrow(UnreadableFile);
  await expect(read('r10-private-use-text.pdf')).rejects.toThrow('fonts do not say which letters');
});
