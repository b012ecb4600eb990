import { heading, padded, quiet } from './helpers.js';

/** How many notifications a person has not read. */
export default function transform(data) {
  if (typeof data?.unread !== 'number') return {};
  return {
    card: padded(`${heading(`${data.unread} unread`)}${quiet(`${data.unseen} came since your last visit.`)}`),
  };
}
