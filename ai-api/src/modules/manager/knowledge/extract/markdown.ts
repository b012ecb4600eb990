import { micromark, type Options } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { Extracted } from './block.ts';
import { splitFrontMatter } from './front-matter.ts';
import { isTag } from './html/tags.ts';
import { readHtml } from './html.ts';

type Handle = NonNullable<NonNullable<NonNullable<Options['htmlExtensions']>[number]['exit']>['htmlText']>;

const addHtml: Handle = function (token) {
  const source = this.sliceSerialize(token);
  this.raw(
    source.replaceAll(/<(?=\/?([a-z][\w:.-]*))/gi, (bracket: string, name: string) =>
      isTag(name) ? bracket : '&lt;',
    ),
  );
  return undefined;
};

/**
 * Reads Markdown of GitHub with front matter. It is turned into HTML and read as that, so that HTML in it has its
 * meaning also where it begins and ends around Markdown; what is in angle brackets and no tag is text.
 */
export function readMarkdown(source: string): Extracted {
  const { title, text } = splitFrontMatter(source);
  const html = micromark(text, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [
      gfmHtml({ label: 'Footnotes', labelTagName: 'p', labelAttributes: 'class="footnotes"' }),
      { exit: { htmlFlowData: addHtml, htmlTextData: addHtml } },
    ],
  });
  const read = readHtml(html);
  return { ...read, title: title ?? read.title };
}
