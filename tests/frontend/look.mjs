// Looks at a running shop as visitors do: pictures of every page at two widths, light and dark; axe; the console.
// node look.mjs pages|frontend ADDRESS FOLDER
import puppeteer from "puppeteer-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [mode, address, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
let wrong = 0;

function complain(what) {
  wrong += 1;
  console.log(`WRONG  ${what}`);
}

function expect(true_, what) {
  if (true_) console.log(`ok     ${what}`);
  else complain(what);
}

// What the console says, but for the status of a page that is asked for to be missing.
async function open(where, { width = 380, scheme = "light", script = true, style } = {}) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => complain(`${where}: ${error.message}`));
  page.on("console", (message) => {
    const expected = message.text().includes("status of 404") && message.location().url === address + where;
    if (["error", "warn"].includes(message.type()) && !expected) complain(`${where}: console: ${message.text()}`);
  });
  if (style) {
    await page.setRequestInterception(true);
    page.on("request", (request) =>
      request.url().includes("/static/style-")
        ? request.respond({ contentType: "text/css", body: readFileSync(style, "utf8") })
        : request.continue(),
    );
  }
  await page.setViewport({ width, height: width < 600 ? 800 : 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(script);
  await page.goto(address + where, { waitUntil: "networkidle0" });
  return page;
}

async function examine(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(!wide, `${what}: nothing is wider than the screen`);
  // Evaluated by the browser's own tools, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) complain(`${what}: axe ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  if (!violations.length) console.log(`ok     ${what}: axe`);
}

async function pages() {
  const map = await (await fetch(`${address}/sitemap.xml`)).text();
  const products = [...map.matchAll(/<loc>([^<]*\/products\/[^<]*)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
  let shown = products[0];
  for (const path of products.slice(0, 100)) {
    const answer = await (await fetch(address + path)).text();
    if (answer.includes('id="photo-2"')) shown = path;
  }
  const places = {
    home: "/",
    listing: "/products",
    narrowed: "/products?search=a&in_stock=true&price_max=900000",
    none: "/products?search=xyzzy",
    product: shown,
    contact: "/contact",
    missing: "/nowhere",
  };
  for (const [name, path] of Object.entries(places)) {
    for (const width of [380, 1280]) {
      for (const scheme of ["light", "dark"]) {
        const page = await open(path, { width, scheme, style: process.env.STYLE });
        await examine(page, `${name} ${width} ${scheme}`);
        await page.evaluate(() => document.querySelectorAll("img").forEach((image) => (image.loading = "eager")));
        await page.waitForNetworkIdle({ idleTime: 300 });
        await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: true });
        await page.close();
      }
    }
  }
  await typed();
  await still();
  const page = await open(shown, { width: 800 });
  await page.pdf({ path: `${folder}/product.pdf`, format: "A4" });
}

async function typed() {
  const page = await open("/products", { style: process.env.STYLE });
  const count = () => page.$eval(".count", (count) => count.textContent);
  const all = await count();
  const word = await page.$eval(".card h3", (name) => name.textContent.trim().split(" ")[0]);
  await page.type("#search", word);
  await page.waitForFunction((all) => document.querySelector(".count").textContent !== all, {}, all);
  expect(page.url().includes("search="), `typing "${word}" narrows ${all} to ${await count()}`);
  const said = await page.$eval("#said", (said) => said.textContent);
  expect(said === (await count()), `and says so: ${said}`);
  expect(await page.evaluate(() => document.activeElement.id === "search"), "and the cursor stays where it is");
  await page.click(".toggle summary");
  await page.select("#sort", "price");
  await page.waitForFunction(() => location.search.includes("sort=price"));
  expect(await page.$eval("#sort", (sort) => sort.value === "price"), "another order follows at once");
  await examine(page, "filters opened");
  await page.screenshot({ path: `${folder}/filters-380-light.png` });
  await page.close();
  const home = await open("/", { style: process.env.STYLE });
  await home.type("#search", word);
  await home.waitForSelector("#suggestions a");
  await examine(home, "suggestions");
  await home.screenshot({ path: `${folder}/suggestions-380-light.png` });
  await home.keyboard.press("Tab");
  await home.keyboard.press("Tab");
  await Promise.all([home.waitForNavigation(), home.keyboard.press("Enter")]);
  expect(home.url().includes("/products/"), `a suggestion leads to ${home.url()}`);
  await home.close();
}

async function still() {
  const page = await open("/products", { script: false });
  await page.type("#search", "xyzzy");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  expect(page.url().endsWith("?search=xyzzy"), "without script, the search is a form");
  await page.goto(`${address}/products`);
  await page.click(".toggle summary");
  await page.select("#sort", "-price");
  await Promise.all([page.waitForNavigation(), page.click(".filter button")]);
  expect(page.url().includes("sort=-price"), "without script, the filters are a form");
  await page.close();
}

async function frontend() {
  const page = await open("/");
  await page.waitForSelector("#list li");
  await examine(page, "frontend");
  const count = () => page.$eval("#count", (count) => count.textContent);
  const all = await count();
  const word = await page.$eval("#list a", (name) => name.textContent.trim().split(" ")[0]);
  await page.type("#search", word);
  await page.waitForFunction((all) => document.querySelector("#count").textContent !== all, {}, all);
  console.log(`ok     frontend: "${word}" narrows ${all} to ${await count()}`);
  await page.$eval("#search", (search) => ((search.value = ""), search.oninput()));
  await page.waitForFunction((all) => document.querySelector("#count").textContent === all, {}, all);
  await page.select("#category", await page.$eval("#category option:nth-child(2)", (option) => option.value));
  await page.waitForFunction((all) => document.querySelector("#count").textContent !== all, {}, all);
  console.log(`ok     frontend: a category narrows ${all} to ${await count()}`);
  await page.screenshot({ path: `${folder}/frontend-380-light.png` });
  await page.click("#list a");
  await page.waitForSelector("#whatsapp");
  const link = await page.$eval("#whatsapp", (link) => link.href);
  expect(/^https:\/\/wa\.me\/\d{8,15}\?text=/.test(link), `frontend: the button leads to ${link.slice(0, 60)}…`);
  await page.reload({ waitUntil: "networkidle0" });
  expect(await page.$("#whatsapp"), "frontend: the product's page loads by its own address");
}

await (mode === "frontend" ? frontend() : pages());
await browser.close();
console.log(wrong ? `${wrong} wrong` : "all well");
process.exitCode = wrong ? 1 : 0;
