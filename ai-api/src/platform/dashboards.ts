/** Links to the dashboards. */
export interface Dashboards {
  /** Where people open ToolJet; null when its address is not configured. */
  home: string | null;
  /**
   * A link to a page of the dashboards, the executive's by default, by its handle; null when their address is not configured.
   * @param parameters what the page begins with, as `globals.urlparams` there
   */
  link(page: string, parameters?: Readonly<Record<string, string>>, app?: App): string | null;
}

/** Slugs of apps in ToolJet, whose released pages are at `/applications/{slug}/{handle}`. */
type App = 'ai-manager-executive' | 'ai-manager-builder' | 'ai-manager-reviewer';

/** @param url where ToolJet is reached, such as `https://tooljet.example.com` */
export function createDashboards(url: string | undefined): Dashboards {
  return {
    home: url ?? null,
    link: (page, parameters = {}, app = 'ai-manager-executive') => {
      if (url === undefined) return null;
      const query = new URLSearchParams(parameters).toString();
      return `${url.replace(/\/+$/, '')}/applications/${app}/${page}${query === '' ? '' : `?${query}`}`;
    },
  };
}
