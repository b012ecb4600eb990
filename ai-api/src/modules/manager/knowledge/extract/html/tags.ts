const setOf = (names: string) => new Set(names.split(' '));

/** Not shown, or there to be used and not to be read. */
export const SKIPPED = setOf(
  'audio base button canvas datalist embed head iframe link map meta noscript object optgroup option script select source style svg template textarea title track video',
);
/** What runs within a line; anything else begins a line of its own. */
export const INLINE = setOf(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark meter nobr output picture progress q rb rp rt rtc ruby s samp small span strike strong sub sup time tt u var wbr',
);
const OTHER = setOf(
  'address area article aside blockquote body br caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p param pre search section summary table tbody td tfoot th thead tr ul',
);

/** Whether HTML has a tag of that name, in any case. */
export function isTag(name: string): boolean {
  const lower = name.toLowerCase();
  return [SKIPPED, INLINE, OTHER].some((tags) => tags.has(lower));
}

/** Whether an element runs within a line: by its name, unless its style makes it a block. */
export function isInline({
  name,
  attribs,
}: {
  name: string;
  attribs: Readonly<Record<string, string>>;
}): boolean {
  return (
    INLINE.has(name) &&
    !/display\s*:\s*(block|flex|grid|table|list-item|inline-block)/i.test(attribs.style ?? '')
  );
}
