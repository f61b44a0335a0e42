import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./server";

for (const scheme of ["light", "dark"] as const) {
  test(`every part opens and axe finds nothing serious (${scheme}) @short`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(server.url);
    for (const tab of ["Duet", "Compose", "Look inside", "Teach"]) {
      await page.getByRole("link", { name: tab }).click();
      const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa"]).analyze();
      const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    }
  });
}
