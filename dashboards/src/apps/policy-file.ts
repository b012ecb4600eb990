import { resources } from '@ai-manager/api/catalogue';
import { close, open, run, set } from '../build/actions.ts';
import { choicesOf, dropdown, filePicker, input, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal, text } from '../build/widgets.ts';

const upload = resources.policy.operations.upload.input.shape;
/** Folders of documents, as choices. */
export const FOLDERS = choicesOf(valuesOf(upload.folder)).map(
  ([value, label]) => [value, value === 'sops' ? 'SOPs' : label] as const,
);
const MAX_BYTES = 20 * 1024 * 1024;
const picked = 'components.policyFile.file?.[0]';
const name = `(components.policyFileName.value || ${picked}?.name || '')`;
const folder = "(components.policyFileFolder.value || 'policies')";
/** Browsers give some files no type, or one of several: the API looks at their content and name. */
const types = valuesOf(upload.contentType);
const type = `(${JSON.stringify(types).replaceAll('"', "'")}.includes(${picked}?.type) ? ${picked}.type : 'application/octet-stream')`;
const known = `(queries.policies.data?.all ?? []).find((one) => one.folder === ${folder} && one.name === ${name})`;

export const policyFileQuery: Query = api.write('uploadPolicyFile', 'policy.upload', {
  options: {
    folder: `{{${folder}}}`,
    name: `{{${name}}}`,
    title: '{{components.policyFileTitle.value}}',
    contentType: `{{${type}}}`,
    base64: `{{${picked}?.base64Data}}`,
    comment: '{{components.policyFileComment.value}}',
  },
  done: 'The file is being indexed.',
  next: [
    set('documentId', '{{queries.uploadPolicyFile.data.documentId}}'),
    close('policyFileModal'),
    run('policies'),
    run('policy'),
  ],
});

export const policyFileButton = button('policiesUpload', 'Upload a file', [open('policyFileModal')], {
  kind: 'primary',
});

/** Takes a PDF, a Word document or a text from the executive's computer. */
export const policyFileModal = modal('policyFileModal', {
  title: 'Upload a document',
  size: 'lg',
  height: 520,
  rows: [
    [
      cell(
        filePicker('policyFile', {
          label: 'File',
          hint: 'PDF, Word (.docx), Markdown, HTML, text or JSON, up to 20 MB. Drop a file here, or click to choose.',
          types: [...types.filter((one) => one !== 'application/octet-stream'), '.md', '.markdown', '.docx'],
          most: MAX_BYTES,
        }),
      ),
    ],
    [
      cell(
        dropdown('policyFileFolder', {
          label: 'Folder',
          placeholder: 'Policies',
          choices: FOLDERS,
        }),
      ),
      cell(
        input('policyFileName', {
          label: 'File name (reuse one to add a version)',
          value: `{{${picked}?.name ?? ''}}`,
          required: true,
          most: 200,
        }),
      ),
    ],
    [
      cell(input('policyFileTitle', { label: "Title (defaults to the document's own)", most: 200 })),
      cell(input('policyFileComment', { label: 'What changed (optional)', most: 500 })),
    ],
    [
      cell(
        text(
          'policyFileVersion',
          `{{!${picked} ? 'Choose a file first.' : ${known} ? 'This becomes version ' + (Number(${known}.version) + 1) + ' of ' + ${known}.title + '.' : 'This becomes a new document.'}}`,
          { color: color.muted, height: 40 },
        ),
      ),
    ],
  ],
  footer: [
    [
      cell(button('policyFileCancel', 'Cancel', [close('policyFileModal')])),
      cell(
        button('policyFileSend', 'Upload', [run('uploadPolicyFile')], {
          kind: 'primary',
          busy: '{{queries.uploadPolicyFile.isLoading}}',
          disabled: `{{!${picked}}}`,
        }),
      ),
    ],
  ],
});
