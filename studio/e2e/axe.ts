import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What axe holds for serious or critical on the page: rules with the elements. */
export async function seriousFaults(page: Page): Promise<[string, string[]][]> {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa"]).analyze();
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
}
