const MB = 1024 * 1024;

const OOXML = 'application/vnd.openxmlformats-officedocument';
export const DOCX = `${OOXML}.wordprocessingml.document`;
export const XLSX = `${OOXML}.spreadsheetml.sheet`;
export const PPTX = `${OOXML}.presentationml.presentation`;
export const ODT = 'application/vnd.oasis.opendocument.text';
export const ZIP = 'application/zip';
export const PDF = 'application/pdf';

/** Files that are ZIP archives, and what one of their entries starts with, which tells them apart. */
export const ZIP_BASED: Readonly<Record<string, string | null>> = {
  [ZIP]: null,
  [DOCX]: 'word/',
  [XLSX]: 'xl/',
  [PPTX]: 'ppt/',
  [ODT]: 'mimetype',
};

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const TEXTS = ['text/plain', 'text/markdown', 'text/csv', 'application/json'];

type Category = 'document' | 'image' | 'data' | 'archive' | 'policy' | 'attachment' | 'report' | 'export';

/** What may be in a file of a category, and how large it may be, in bytes. */
export const CATEGORIES: Readonly<Record<Category, { types: readonly string[]; maxBytes: number }>> = {
  document: { types: [PDF, DOCX, XLSX, PPTX, ODT, ...TEXTS], maxBytes: 500 * MB },
  image: { types: IMAGES, maxBytes: 50 * MB },
  data: {
    types: ['text/csv', 'application/json', 'application/x-ndjson', 'text/plain'],
    maxBytes: 5_000 * MB,
  },
  archive: { types: [ZIP], maxBytes: 1_000 * MB },
  policy: {
    types: [PDF, DOCX, 'text/markdown', 'text/html', 'text/plain', 'application/json'],
    maxBytes: 20 * MB,
  },
  attachment: { types: [PDF, 'image/png', 'image/jpeg', 'text/plain'], maxBytes: MB },
  report: { types: [PDF, 'text/markdown', 'text/csv', 'application/json'], maxBytes: 5_000 * MB },
  export: { types: ['application/x-ndjson', 'application/json', 'text/csv', ZIP], maxBytes: 5_000 * MB },
};

/** What a file belongs to. */
export const ORIGINS = ['upload', 'policy', 'approval', 'performance', 'audit'] as const;

/** Files of these have an owner; the others are the company's, even where a person had them made. */
export const OWNED_ORIGINS: readonly (typeof ORIGINS)[number][] = ['upload', 'approval'];

/** The categories that people upload; files of the others come with what they belong to. */
export const UPLOADED = ['document', 'image', 'data', 'archive'] as const satisfies Category[];
