import { esc } from './helpers.js';

const COLORS = {
  added: '#067647;background:#ECFDF3',
  removed: '#B42318;background:#FEF3F2',
  same: '#344054',
};
const SIGNS = { added: '+', removed: '−', same: ' ' };

/** Two versions of a prompt, line by line; every change has a sign beside its colour. */
export default function transform(data) {
  if (!data?.lines) return {};
  const lines = data.lines.map(
    ({ change, text }) =>
      `<div style="color:${COLORS[change]};white-space:pre-wrap">${SIGNS[change]} ${esc(text)}</div>`,
  );
  return {
    diff: `<div style="padding:4px 8px"><div style="color:#667085;margin-bottom:8px">Version ${data.from} to ${data.to}: ${data.added} lines added, ${data.removed} removed</div><div style="font:13px/1.6 monospace">${lines.join('')}</div></div>`,
  };
}
