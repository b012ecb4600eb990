/** Links to the dashboards. */
export interface Dashboards {
  /**
   * A link to a page of the executive dashboards, by its handle; null when their address is not configured.
   * @param parameters what the page begins with, as `globals.urlparams` there
   */
  link(page: string, parameters: Readonly<Record<string, string>>): string | null;
}

/** Slug of the executive app in ToolJet, whose released pages are at `/applications/{slug}/{handle}`. */
const EXECUTIVE_APP = 'ai-manager-executive';

/** @param url where ToolJet is reached, such as `https://tooljet.example.com` */
export function createDashboards(url: string | undefined): Dashboards {
  return {
    link: (page, parameters) =>
      url === undefined
        ? null
        : `${url.replace(/\/+$/, '')}/applications/${EXECUTIVE_APP}/${page}?${new URLSearchParams(parameters)}`,
  };
}
