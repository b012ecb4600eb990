import { esc, padded, prose, quiet, when } from './helpers.js';

const AUTHORS = { human: 'Person', assistant: 'Assistant', tool: 'Tool', system: 'System' };
const LOOKS = {
  human: 'background:#EFF8FF;border-left:3px solid #175CD3',
  assistant: 'background:#FFFFFF;border-left:3px solid #D0D5DD',
  tool: 'background:#F9FAFB;border-left:3px solid #EAECF0',
  system: 'background:#F9FAFB;border-left:3px solid #EAECF0',
};
const CODE =
  'white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:12px;background:#F2F4F7;border-radius:6px;padding:8px;margin:4px 0';
/** Of a tool's input or output as much as a page takes. */
const MOST = 4000;

const code = (text) => `<div style="${CODE}">${esc(String(text).slice(0, MOST))}</div>`;

/** Text with its code blocks set apart. */
function markdown(text) {
  return text
    .split(/```[^\n]*\n?/)
    .map((part, place) => (place % 2 === 1 ? code(part) : prose(part)))
    .join('');
}

function diff({ path, before, after }) {
  const lines = (text, sign, look) =>
    (text ?? '') === ''
      ? ''
      : String(text)
          .slice(0, MOST)
          .split('\n')
          .map((line) => `<div style="${look}">${sign} ${esc(line)}</div>`)
          .join('');
  return `<div>${esc(path)}</div><div style="${CODE}">${lines(before, '−', 'background:#FEF3F2;color:#B42318')}${lines(after, '+', 'background:#ECFDF3;color:#067647')}</div>`;
}

/** A tool call, folded. */
function call({ name, input, output, edits, failed, rejected }) {
  const state = rejected ? ' (refused)' : failed ? ' (failed)' : '';
  const files = edits.map(({ path }) => path).join(', ');
  return `<details style="margin:4px 0"><summary style="cursor:pointer;color:#475467">${esc(name)}${state} ${esc(files || String(input).slice(0, 80))}</summary>${edits.length > 0 ? edits.map(diff).join('') : code(input)}${output ? code(output) : ''}</details>`;
}

/** One page of a conversation, as its tool shows it. */
export default function transform(data) {
  const items = data?.items ?? [];
  if (items.length === 0) return {};
  const one = ({ author, text, thinking, model, at, toolCalls }) =>
    `<div style="${LOOKS[author]};padding:8px 12px;margin:8px 0;border-radius:4px">${quiet(`${AUTHORS[author]}${model ? ` · ${esc(model)}` : ''}${at ? ` · ${when(at)}` : ''}`)}${thinking ? `<details><summary style="color:#667085">Reasoning</summary>${quiet(prose(thinking))}</details>` : ''}${markdown(text)}${toolCalls.map(call).join('')}</div>`;
  const more = data.nextCursor
    ? quiet('This conversation is longer: export it, or search for a later part.')
    : '';
  const less = data.previousCursor ? quiet('The page begins in the middle of the conversation.') : '';
  return { card: padded(`${less}${items.map(one).join('')}${more}`) };
}
