import { Router } from 'express';
import getAbsoluteFSPath from 'swagger-ui-dist/absolute-path.js';
import { PROBLEMS } from '../contract/errors.ts';
import { html } from '../platform/html.ts';

/** `/docs`: the reference page of the API from its own OpenAPI document, without any outside request. */
export function docsRouter(openapiPath: string): Router {
  const router = Router();
  router.get('/', (_request, response) => {
    response.setHeader('Content-Security-Policy', POLICY).type('html').send(String(referencePage()));
  });
  router.get('/start.js', (_request, response) => {
    response.type('js').send(startScript(openapiPath));
  });
  router.get('/problems', (_request, response) => {
    response.type('html').send(String(problemsPage()));
  });
  for (const asset of ASSETS) {
    router.get(`/assets/${asset}`, (_request, response) => {
      response.sendFile(asset, { root: ASSET_DIRECTORY, maxAge: '1d' });
    });
  }
  return router;
}

/** All that the page needs; the package's own start page would load a document from elsewhere. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js'];

// Not from the package's entry, which runs the whole of the page's code in this process.
const ASSET_DIRECTORY = getAbsoluteFSPath();

const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

function referencePage() {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>AI Manager API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
  </head>
  <body>
    <p style="font: 14px/1.5 system-ui, sans-serif; max-width: 1420px; margin: 1rem auto 0; padding: 0 20px">
      Press <strong>Authorize</strong> and enter an API key; it is kept in this browser. <code>npm start</code> prints one.
      <a href="/docs/problems">All error codes</a>
    </p>
    <div id="reference"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>`;
}

function startScript(openapiPath: string): string {
  const options = {
    url: openapiPath,
    dom_id: '#reference',
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: -1,
    filter: true,
    persistAuthorization: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  };
  return `SwaggerUIBundle({ ...${JSON.stringify(options)}, requestInterceptor: ${TO_THIS_SERVER}, plugins: [${PLUGIN}] });`;
}

/** Runs in the browser. Sends requests where the page is from, also where that is another name of the server than its public URL. */
const TO_THIS_SERVER = `(request) => {
  const { pathname, search } = new URL(request.url, location.origin);
  return { ...request, url: location.origin + pathname + search };
}`;

/**
 * Runs in the browser. Finds operations by path, id and summary too, not only groups by name, and opens the groups that it
 * finds; a shorter phrase would open nearly all of them. Keeps the webhooks, which Swagger UI always draws in full, behind a
 * heading. References are resolved as those of OpenAPI 3.0 are, which takes a fraction of the time: the resolver for 3.1
 * reads the whole document again for each operation that is opened. A wrapper of a selector gets the state, but the selector
 * that it wraps is bound to it already.
 */
const PLUGIN = `({ React }) => ({
  afterLoad() {
    const { resolveSubtree } = this.fn;
    this.fn.resolveSubtree = (document, ...rest) => resolveSubtree({ ...document, openapi: '3.0.3' }, ...rest);
  },
  fn: {
    opsFilter: (groups, phrase) => {
      const wanted = phrase.toLowerCase();
      const has = (text) => String(text ?? '').toLowerCase().includes(wanted);
      const isFound = (one) =>
        has(one.get('path')) || has(one.getIn(['operation', 'summary'])) || has(one.getIn(['operation', 'operationId']));
      return groups
        .map((group, name) => (has(name) ? group : group.update('operations', (all) => all.filter(isFound))))
        .filter((group) => group.get('operations').size > 0);
    },
  },
  statePlugins: {
    layout: {
      wrapSelectors: {
        isShown: (original, system) => (state, thing, byDefault) => {
          const phrase = system.layoutSelectors.currentFilter();
          const isFound = thing[0] === 'operations-tag' && typeof phrase === 'string' && phrase !== 'true' && phrase.length > 2;
          return original(thing, byDefault || isFound);
        },
      },
    },
  },
  wrapComponents: {
    Webhooks: (Original) => (props) => {
      const [isOpen, setOpen] = React.useState(false);
      const heading = React.createElement(
        'h3',
        { className: 'opblock-tag', role: 'button', tabIndex: 0, 'aria-expanded': isOpen, onClick: () => setOpen(!isOpen),
          onKeyDown: ({ key }) => key === 'Enter' && setOpen(!isOpen) },
        'Webhooks: what each event sends',
      );
      return React.createElement('div', null, heading, isOpen ? React.createElement(Original, props) : null);
    },
  },
})`;

function problemsPage() {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      html`<tr id="${code.toLowerCase().replaceAll('_', '-')}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  );
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Problems of the AI Manager API</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 46rem; padding: 0 1rem; color-scheme: light dark; }
      td { padding: 0.3rem 1rem 0.3rem 0; vertical-align: top; }
      tr:target { outline: 2px solid; }
    </style>
  </head>
  <body>
    <h1>Problems</h1>
    <p>Every error is an RFC 9457 problem document with one of these codes.</p>
    <table>${rows}</table>
  </body>
</html>`;
}
