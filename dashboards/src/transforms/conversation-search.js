import { ago } from './helpers.js';

/** The API marks what was found in escaped HTML; a table shows plain text. */
const plain = (markup) =>
  String(markup)
    .replaceAll(/<\/?mark>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');

const marked = (markup) =>
  [...String(markup).matchAll(/<mark>(.*?)<\/mark>/g)].map(([, word]) => plain(word));

/** Why a hit is there: its place in each search, and the words that were found. */
function reason({ explain, highlight }) {
  const parts = [
    explain?.words ? `words: no. ${explain.words.rank}` : '',
    explain?.meaning ? `meaning: no. ${explain.meaning.rank} (${explain.meaning.score.toFixed(2)})` : '',
  ].filter(Boolean);
  const words = [...new Set(marked(highlight).map((word) => word.toLowerCase()))].slice(0, 6);
  return `${parts.join(', ')}${words.length > 0 ? ` · ${words.join(', ')}` : ''}`;
}

/** Hits of a search, and what was searched. */
export default function transform(data) {
  if (!data?.items) return { rows: [] };
  return {
    told: `${data.total} conversations. ${data.meaning} ${data.names}`,
    rows: data.items.map((hit) => ({
      id: hit.conversation.id,
      messageId: hit.messageId,
      title: hit.conversation.title,
      passage: plain(hit.highlight),
      why: reason(hit),
      person: hit.conversation.ownerName,
      active: ago(hit.conversation.activeAt),
    })),
  };
}
