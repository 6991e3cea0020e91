// A browser that complains: of errors in the console, of answers that fail, of pages that are too wide, of axe.
import puppeteer from "puppeteer-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const WIDTHS = [380, 1280];
export const SCHEMES = ["light", "dark"];

export class Browser {
  constructor(browser, address, folder) {
    Object.assign(this, { browser, address, folder, wrong: 0 });
  }

  static async start(address, folder) {
    const browser = await puppeteer.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new Browser(browser, address, folder);
  }

  complain(what) {
    this.wrong += 1;
    console.log(`WRONG  ${what}`);
  }

  expect(held, what) {
    if (held) console.log(`ok     ${what}`);
    else this.complain(what);
  }

  async open(where, { width = 380, scheme = "light", script = true } = {}) {
    const page = await this.browser.newPage();
    // The status of a page that is asked for to be missing is no error.
    const asked = (url) => url === this.address + where;
    page.on("pageerror", (error) => this.complain(`${where}: ${error.message}`));
    page.on("console", (message) => {
      if (!["error", "warn"].includes(message.type())) return;
      if (message.text().includes("status of 404") && asked(message.location().url)) return;
      this.complain(`${where}: console: ${message.text()}`);
    });
    page.on("response", (answer) => {
      if (answer.status() >= 400 && !asked(answer.url())) this.complain(`${where}: ${answer.status()} ${answer.url()}`);
    });
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && origin !== this.address) this.complain(`${where}: asks ${request.url()}`);
    });
    await page.setViewport({ width, height: width < 600 ? 800 : 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setJavaScriptEnabled(script);
    await page.goto(this.address + where, { waitUntil: "networkidle0" });
    return page;
  }

  async examine(page, what) {
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll("body *")].find(
        (element) => document.documentElement.scrollWidth > innerWidth && element.getBoundingClientRect().right > innerWidth,
      )?.outerHTML.slice(0, 160),
    );
    this.expect(!wide, `${what}: nothing is wider than the screen${wide ? `: ${wide}` : ""}`);
    // Evaluated by the browser's own tools, which the page's policy does not bind.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, help, nodes } of violations) {
      this.complain(`${what}: axe ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
    }
    if (!violations.length) console.log(`ok     ${what}: axe`);
  }

  // Every place at each width, light and dark, with all of its pictures.
  async tour(places) {
    for (const [name, path] of Object.entries(places)) {
      for (const width of WIDTHS) {
        for (const scheme of SCHEMES) {
          const page = await this.open(path, { width, scheme });
          await this.examine(page, `${name} ${width} ${scheme}`);
          await page.evaluate(() => document.querySelectorAll("img").forEach((image) => (image.loading = "eager")));
          await page.waitForNetworkIdle({ idleTime: 300 });
          const broken = await page.$$eval("img", (images) => images.filter((i) => !i.naturalWidth).map((i) => i.src));
          this.expect(!broken.length, `${name} ${width} ${scheme}: every picture is shown${broken.length ? `: ${broken}` : ""}`);
          await this.picture(page, `${name}-${width}-${scheme}`);
          await page.close();
        }
      }
    }
  }

  picture(page, name, whole = true) {
    return page.screenshot({ path: `${this.folder}/${name}.png`, fullPage: whole });
  }

  async end() {
    await this.browser.close();
    console.log(this.wrong ? `${this.wrong} wrong` : "all well");
    process.exitCode = this.wrong ? 1 : 0;
  }
}
