import { LRUCache } from 'lru-cache';
import { Engine } from 'mrml';
import { TemplateError } from './liquid.ts';

const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const compiled = new LRUCache<string, string>({ max: 200 });
let engine: Engine | undefined;

/**
 * Compiles MJML to the HTML that mail programs understand, and keeps its Liquid as it is. It loads nothing: includes
 * are refused, and no font is linked.
 * @param source a whole `<mjml>` document, or sections, which are put into our layout
 * @throws {TemplateError}
 */
export function compileMjml(source: string): string {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const html = compile(/^\s*<mjml[\s>]/.test(source) ? source : inLayout(source));
  compiled.set(source, html);
  return html;
}

function compile(source: string): string {
  const kept: string[] = [];
  const hidden = source.replaceAll(LIQUID, (tag) => `LIQUID${kept.push(tag) - 1}E`);
  const result = engineOf().toHtml(hidden);
  if (result.type === 'error') throw new TemplateError(`The MJML cannot be read: ${result.message}.`);
  const unknown = /<(mj-[\w-]+)/.exec(result.content)?.[1];
  if (unknown) throw new TemplateError(`The MJML has an element ${unknown}, which is unknown or misplaced.`);
  return result.content.replaceAll(/LIQUID(\d+)E/g, (_, index: string) => kept[Number(index)] ?? '');
}

function engineOf(): Engine {
  if (!engine) {
    engine = new Engine();
    engine.setParserOptions({ includeLoader: { type: 'noop' } });
    engine.setRenderOptions({ disableComments: true, socialIconOrigin: null, fonts: {} });
  }
  return engine;
}

/** Our frame around the sections of a template: how texts look, and the lines at the end. */
function inLayout(sections: string): string {
  return `<mjml>
  <mj-head>
    <mj-title>{{ subject }}</mj-title>
    <mj-attributes>
      <mj-all font-family="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text color="#1c2430" font-size="16px" line-height="1.55" padding="8px 32px" />
      <mj-table color="#1c2430" font-size="14px" line-height="1.5" padding="8px 32px" />
      <mj-section background-color="#ffffff" padding="8px 0" />
      <mj-button background-color="#1d5f8a" border-radius="7px" font-size="16px" font-weight="600" align="left" padding="12px 32px" />
      <mj-class name="quiet" color="#5b6675" font-size="14px" />
      <mj-class name="title" font-size="22px" font-weight="700" line-height="1.3" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f4f6f8" width="600px">
    <mj-section background-color="#f4f6f8" padding="12px 0"><mj-column><mj-spacer height="8px" /></mj-column></mj-section>
    ${sections}
    <mj-section background-color="#f4f6f8" padding="8px 0 24px">
      <mj-column>
        <mj-text mj-class="quiet" font-size="13px">{{ company }}{% if unsubscribe %} · <a href="{{ unsubscribe }}" style="color:#5b6675">Unsubscribe from these e-mails</a>{% endif %}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
}
