/** Limits of one file. They keep the memory of an import bounded, whatever the file says. */

/** Files that are read as a whole: JSON documents, Markdown, databases. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
/** A line that is longer is skipped and reported. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
/** Characters of all messages and tool calls of one file, as they are kept after cutting. */
export const MAX_KEPT_CHARACTERS = 128 * 1024 * 1024;
/** Broken records that are reported one by one. */
export const MAX_REPORTED = 100;

export const MAX_MESSAGE_CHARACTERS = 200_000;
export const MAX_TOOL_CHARACTERS = 20_000;
export const MAX_EDIT_CHARACTERS = 100_000;
/** Paths, names, ids and titles. */
export const MAX_NAME_CHARACTERS = 1_000;
/** Files of one tool call. */
export const MAX_FILES = 200;

/** A file that is over a limit. Nothing of it is imported. */
export class FileTooLarge extends Error {
  constructor(limit: string) {
    super(`The file is too large: ${limit}.`);
    this.name = 'FileTooLarge';
  }
}
