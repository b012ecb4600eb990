import type { UNREAD_REASONS } from '../contract.ts';

export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** What is in a file and was not read, of one kind. */
export interface Unread {
  reason: UnreadReason;
  /** Where it is, counted from 1; empty in a format without pages. */
  pages: number[];
  /** Headings above it, or names; the first of them. */
  places: string[];
  /** All of it in a sentence. */
  message: string;
}

const MAX_PAGES = 200;
const MAX_PLACES = 5;
const MAX_PLACE = 80;

/** What is not read, and what can be done or why it is so. */
const TEXTS: Record<UnreadReason, { what: string; why: string }> = {
  'no text': {
    what: 'Pages without text, such as scans, are not read',
    why: 'Run OCR over them and upload the file again.',
  },
  'unreadable font': {
    what: 'Text whose fonts do not say which letters they show is not read',
    why: 'Save the file anew, or run OCR over it.',
  },
  hidden: { what: 'Hidden text is not read', why: 'Readers of the document do not see it.' },
  comment: { what: 'Comments are not read', why: 'They are not part of the text.' },
  deleted: { what: 'Deleted and struck-out text is not read', why: 'It is no longer valid.' },
  surroundings: {
    what: 'What repeats or surrounds the document is not read',
    why: 'Menus, banners and footers are not part of it.',
  },
  picture: { what: 'Pictures are not read', why: 'Text in them is not found.' },
  embedded: {
    what: 'Files and frames inside the document are not read',
    why: 'Upload them as documents of their own.',
  },
  form: { what: 'Fields of an XFA form are not read', why: 'Print the form to PDF and upload that.' },
};

/** Gathers what was not read. */
export function createUnread() {
  const found = new Map<UnreadReason, { count: number; pages: Set<number>; places: Set<string> }>();
  return {
    /** @param place the page, or what is above it or its name */
    add: (reason: UnreadReason, place?: number | string | null) => {
      const entry = found.get(reason) ?? { count: 0, pages: new Set(), places: new Set() };
      found.set(reason, entry);
      entry.count += 1;
      if (typeof place === 'number' && entry.pages.size < MAX_PAGES) entry.pages.add(place);
      if (typeof place === 'string' && place !== '' && entry.places.size < MAX_PLACES)
        entry.places.add(place.slice(0, MAX_PLACE));
    },

    list: (): Unread[] =>
      [...found].map(([reason, { count, pages, places }]) => {
        const sorted = [...pages].toSorted((a, b) => a - b);
        const where = sorted.length > 0 ? pagesSaid(sorted) : placesSaid([...places], count);
        const { what, why } = TEXTS[reason];
        return {
          reason,
          pages: sorted,
          places: [...places],
          message: `${what} (${where}). ${why}`,
        };
      }),
  };
}

export type UnreadNotes = ReturnType<typeof createUnread>;

function placesSaid(places: readonly string[], count: number): string {
  const times = `${count} ${count === 1 ? 'place' : 'places'}`;
  return places.length === 0 ? times : `${times}: ${places.map((place) => `“${place}”`).join(', ')}`;
}

/** `page 2`, `pages 2, 4 to 7`. */
function pagesSaid(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last && last[1] === page - 1) last[1] = page;
    else runs.push([page, page]);
  }
  const said = runs.flatMap(([first, last]) =>
    last - first > 1 ? [`${first} to ${last}`] : first === last ? [`${first}`] : [`${first}`, `${last}`],
  );
  const text = said.length > 1 ? `${said.slice(0, -1).join(', ')} and ${said.at(-1)}` : said.join('');
  return `${pages.length === 1 ? 'page' : 'pages'} ${text}`;
}
