import { close, open, set } from '../build/actions.ts';
import { filePicker } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Row } from '../build/model.ts';
import { button, cell, modal, text } from '../build/widgets.ts';

const TYPES = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'];
const MAX_BYTES = 512 * 1024;
const attached = '(variables.requestFiles || [])';

/** The files of the request that is being written, as the API takes them. */
export const attachments = `{{${attached}}}`;
/** Lets go of them, after they were sent. */
export const detach = set('requestFiles', '{{[]}}');

/** A line that tells which files go with the request, with buttons to change them. */
export const filesRow: Row = [
  cell(button('requestAttach', 'Attach files', [open('requestFilesModal')])),
  cell(button('requestDetach', 'Remove files', [detach], { disabled: `{{${attached}.length === 0}}` })),
  cell(
    text(
      'requestFilesHint',
      `{{${attached}.length === 0 ? 'No files attached. Up to 5 files that show the work: PDF, PNG, JPEG or text, 512 kB each.' : ${attached}.map((one) => one.name).join(', ')}}`,
      { color: color.muted, height: 40, mobileHeight: 56 },
    ),
    3,
  ),
];

/** Picks files, and keeps them when they are taken over. */
export const filesModal = modal('requestFilesModal', {
  title: 'Attach files',
  size: 'lg',
  height: 280,
  rows: [
    [
      cell(
        filePicker('requestFile', {
          label: 'Files that show the work',
          hint: 'Up to 5 files: PDF, PNG, JPEG or text, 512 kB each. Drop them here, or click to choose.',
          types: TYPES,
          most: MAX_BYTES,
          files: 5,
          height: 184,
        }),
      ),
    ],
    [
      cell(
        text('requestFileHint', 'Approvers can open these files. They replace files attached earlier.', {
          color: color.muted,
          height: 40,
        }),
      ),
    ],
  ],
  footer: [
    [
      cell(button('requestFilesCancel', 'Cancel', [close('requestFilesModal')])),
      cell(
        button(
          'requestFilesTake',
          'Attach',
          [
            set(
              'requestFiles',
              '{{(components.requestFile.file ?? []).map((one) => ({ name: one.name, contentType: one.type, base64: one.base64Data }))}}',
            ),
            close('requestFilesModal'),
          ],
          { kind: 'primary', disabled: '{{!((components.requestFile.file ?? []).length > 0)}}' },
        ),
      ),
    ],
  ],
});
