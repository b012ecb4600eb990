import { resources } from '@ai-manager/api/catalogue';
import { clear, close, load, open, poll, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, filePicker, input, valuesOf } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal, text } from '../build/widgets.ts';

const contract = resources.file.operations;
const TYPES = [
  ...['application/pdf', '.docx', '.xlsx', '.pptx', '.odt', 'application/zip'],
  ...['text/plain', 'text/csv', '.csv', '.md', 'application/json'],
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
];
const MAX_BYTES = 10 * 1024 * 1024;
const fileId = '{{variables.fileId}}';
const picked = 'components.filePick.file?.[0]';
/** Browsers give Markdown and CSV no type, or one of several. */
const type = `(/[.]md$/i.test(${picked}?.name ?? '') ? 'text/markdown' : /[.]csv$/i.test(${picked}?.name ?? '') ? 'text/csv' : ${picked}?.type)`;
const category = "(components.fileCategory.value || 'document')";
const isNext = "components.fileTarget.value === 'version'";
const again = [run('files'), run('file')];

/** Files of the person, and those shared with them. */
export const fileQueries: Query[] = [
  api.read('files', 'file.list', {
    options: {
      limit: '500',
      state: '{{components.filesState.value}}',
      search: '{{components.filesSearch.value}}',
    },
    transform: 'files',
    next: [
      run('file', '{{queries.files.data.isPending && !!variables.fileId}}'),
      poll('files', '{{queries.files.data.isPending}}'),
    ],
  }),
  api.read('file', 'file.get', { options: { fileId }, transform: 'file' }),
  api.write('fileLink', 'file.link', {
    options: { fileId },
    transform: 'file-link',
    done: 'The link is below the table; it is valid for 15 minutes.',
  }),
  api.write('uploadFile', 'file.upload', {
    options: {
      fileId: `{{${isNext} ? variables.fileId : ''}}`,
      name: `{{${picked}?.name ?? ''}}`,
      category: `{{${category}}}`,
      contentType: `{{${type}}}`,
      base64: `{{${picked}?.base64Data}}`,
      comment: '{{components.fileComment.value}}',
    },
    done: 'The file is uploaded and is being inspected.',
    next: [
      set('fileId', '{{queries.uploadFile.data.fileId}}'),
      clear('fileComment'),
      close('fileModal'),
      ...again,
    ],
  }),
  api.write('restoreFile', 'file.restore', {
    options: { fileId, version: '{{components.fileVersion.value}}' },
    confirm: 'Make this version the newest again? The others are kept.',
    done: 'The version is the newest again.',
    next: again,
  }),
  api.write('deleteFile', 'file.delete', {
    options: { fileId },
    confirm: 'Delete this file with all of its versions? It cannot be restored.',
    done: 'The file is deleted.',
    next: [set('fileId', ''), run('files')],
  }),
];

const DETAIL = 624;

const fileModal = modal('fileModal', {
  title: 'Upload a file',
  size: 'lg',
  height: 440,
  rows: [
    [
      cell(
        filePicker('filePick', {
          label: 'File',
          hint: 'Up to 10 MB. It can be downloaded once it was inspected. Drop a file here, or click to choose.',
          types: TYPES,
          most: MAX_BYTES,
        }),
      ),
    ],
    [
      cell(
        dropdown('fileCategory', {
          label: 'Category',
          placeholder: 'Document',
          choices: choicesOf(valuesOf(contract.upload.input.shape.category)),
        }),
      ),
      cell(
        dropdown('fileTarget', {
          label: 'Save as',
          placeholder: 'A new file',
          choices: [['version', 'The next version of the chosen file']],
        }),
      ),
    ],
    [cell(input('fileComment', { label: 'What changed (optional)', most: 500 }))],
  ],
  footer: [
    [
      cell(button('fileCancel', 'Cancel', [close('fileModal')])),
      cell(
        button('fileSend', 'Upload', [run('uploadFile')], {
          kind: 'primary',
          busy: '{{queries.uploadFile.isLoading}}',
          disabled: `{{!${picked} || (${isNext} && !variables.fileId)}}`,
        }),
      ),
    ],
  ],
});

export const filesPage: Page = {
  handle: 'files',
  name: 'Files',
  icon: 'IconFiles',
  onLoad: load('files'),
  rows: [
    ...pageHeader(
      'files',
      'Files',
      'Your files and those shared with you. Only what was inspected can be downloaded.',
      ['files'],
      [button('filesUpload', 'Upload a file', [open('fileModal')], { kind: 'primary' })],
    ),
    [
      cell(
        dropdown('filesState', {
          label: 'State',
          choices: choicesOf(valuesOf(contract.list.input.shape.state)),
          onSelect: [run('files')],
        }),
      ),
      cell(input('filesSearch', { label: 'Name, then Enter', onEnter: [run('files')] })),
      cell(text('filesSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(
        tableOf('filesTable', 'files', {
          title: 'Files',
          height: DETAIL,
          onRow: [set('fileId', '{{components.filesTable.selectedRow.fileId}}'), run('file')],
          empty: { title: 'No files', hint: 'Press "Upload a file" to add one.' },
          columns: [
            { key: 'name', title: 'File', width: 200, wrap: true },
            { key: 'category', title: 'Category', width: 90 },
            { key: 'state', title: 'State', width: 100, color: statusColor },
            { key: 'size', title: 'Size', width: 80, align: 'right' },
            { key: 'owner', title: 'Owner', width: 130 },
          ],
        }),
        3,
      ),
      cell(
        cardOf('fileCard', 'file', {
          from: 'card',
          height: DETAIL,
          empty: { title: 'No file chosen', hint: 'Choose a file from the list.' },
        }),
        2,
      ),
    ],
    [
      cell(
        dropdown('fileVersion', {
          label: 'Version',
          placeholder: 'Choose',
          schema: '{{queries.file.data?.versions ?? []}}',
        }),
      ),
      cell(
        button('fileRestore', 'Restore this version', [run('restoreFile')], {
          busy: '{{queries.restoreFile.isLoading}}',
          disabled: '{{!components.fileVersion.value || !queries.file.data?.mayChange}}',
        }),
      ),
      cell(
        button('fileDelete', 'Delete', [run('deleteFile')], {
          kind: 'danger',
          busy: '{{queries.deleteFile.isLoading}}',
          disabled: '{{!queries.file.data?.mayDelete}}',
        }),
      ),
      cell(
        button('fileGetLink', 'Download', [run('fileLink')], {
          kind: 'primary',
          busy: '{{queries.fileLink.isLoading}}',
          disabled: '{{!queries.file.data?.mayDownload}}',
        }),
      ),
    ],
    [
      cell(
        cardOf('fileDownload', 'fileLink', {
          from: 'card',
          height: 72,
          empty: { title: 'No link', hint: 'Choose a file that is ready and press "Download".' },
        }),
      ),
    ],
    [cell(fileModal)],
  ],
};

/** What operators see: versions that are held back. */
export const heldQueries: Query[] = [
  api.read('heldFiles', 'file.held', {
    options: { limit: '500', state: '{{components.heldState.value}}' },
    transform: 'held-files',
  }),
  api.read('fileSettings', 'file.getSettings', { transform: 'file-settings' }),
  api.write('releaseFile', 'file.release', {
    options: {
      fileId: '{{components.heldTable.selectedRow.fileId}}',
      version: '{{components.heldTable.selectedRow.version}}',
      reason: '{{components.heldReason.value}}',
    },
    confirm: 'Release this file from quarantine? Everyone who may read it can then download it.',
    done: 'The file is released.',
    next: [clear('heldReason'), run('heldFiles')],
  }),
  api.write('rescanFile', 'file.rescan', {
    options: {
      fileId: '{{components.heldTable.selectedRow.fileId}}',
      version: '{{components.heldTable.selectedRow.version}}',
    },
    done: 'The file is being inspected again.',
    next: [run('heldFiles')],
  }),
];

const NO_FIGURE = { title: 'Unknown', hint: 'The figure could not be loaded.' };

export const quarantinePage: Page = {
  handle: 'quarantine',
  name: 'Quarantine',
  icon: 'IconShieldHalf',
  onLoad: load('heldFiles', 'fileSettings'),
  rows: [
    ...pageHeader(
      'held',
      'Quarantine',
      'Files that are held back: something was found, the content was refused, or the scan failed.',
      ['heldFiles', 'fileSettings'],
    ),
    [
      cell(cardOf('heldScanner', 'fileSettings', { from: 'scannerCard', height: 120, empty: NO_FIGURE })),
      cell(cardOf('heldRoom', 'fileSettings', { from: 'roomCard', height: 120, empty: NO_FIGURE })),
      cell(cardOf('heldCount', 'heldFiles', { from: 'countCard', height: 120, empty: NO_FIGURE })),
    ],
    [
      cell(
        dropdown('heldState', {
          label: 'State',
          placeholder: 'All that are held back',
          choices: choicesOf(valuesOf(contract.held.input.shape.state)),
          onSelect: [run('heldFiles')],
        }),
      ),
      cell(text('heldSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(
        tableOf('heldTable', 'heldFiles', {
          title: 'Held back',
          height: 480,
          onRow: [],
          empty: { title: 'Nothing is held back', hint: 'Files that are refused or infected appear here.' },
          columns: [
            { key: 'name', title: 'File', width: 220, wrap: true },
            { key: 'version', title: 'Version', width: 75, align: 'right' },
            { key: 'state', title: 'State', width: 105, color: statusColor },
            { key: 'reason', title: 'Reason', width: 290, wrap: true },
            { key: 'origin', title: 'Belongs to', width: 100 },
            { key: 'by', title: 'Uploaded by', width: 150 },
            { key: 'when', title: 'When', width: 200 },
          ],
        }),
      ),
    ],
    [
      cell(input('heldReason', { label: 'Reason for the release', least: 10, most: 2000 }), 2),
      cell(
        button('heldRelease', 'Release', [run('releaseFile')], {
          kind: 'danger',
          busy: '{{queries.releaseFile.isLoading}}',
          disabled:
            "{{components.heldTable.selectedRow?.state !== 'quarantined' || (components.heldReason.value ?? '').trim().length < 10}}",
        }),
        1,
      ),
      cell(
        button('heldRescan', 'Scan again', [run('rescanFile')], {
          busy: '{{queries.rescanFile.isLoading}}',
          disabled: "{{!['quarantined', 'scan failed'].includes(components.heldTable.selectedRow?.state)}}",
        }),
        1,
      ),
    ],
  ],
};
