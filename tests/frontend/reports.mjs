// The reports that commands write as pages of their own (`--html`).
import { readdirSync } from "node:fs";

export async function reports(browser) {
  for (const file of readdirSync(browser.address)) {
    for (const [width, scheme] of [[380, "light"], [1280, "dark"]]) {
      const page = await browser.browser.newPage();
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(`file://${browser.address}/${file}`);
      const name = `report-${file.replace(".html", "")}-${width}-${scheme}`;
      await browser.examine(page, name);
      await browser.picture(page, name);
      await page.close();
    }
  }
}
