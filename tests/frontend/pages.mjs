// The server's own pages, as visitors with and without JavaScript go through them.

// A page before its pictures may weigh this much on the wire, with all that it needs.
const MOST_BYTES = 50_000;

export async function pages(browser) {
  const map = await (await fetch(`${browser.address}/sitemap.xml`)).text();
  const products = [...map.matchAll(/<loc>([^<]*\/products\/[^<]*)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
  let shown = products[0];
  for (const path of products.slice(0, 100)) {
    const answer = await (await fetch(browser.address + path)).text();
    if (answer.includes('id="photo-2"')) shown = path;
  }
  await browser.tour({
    home: "/",
    listing: "/products",
    narrowed: "/products?search=a&in_stock=true&price_max=900000",
    none: "/products?search=xyzzy",
    product: shown,
    contact: "/contact",
    missing: "/nowhere",
  });
  await typed(browser);
  await still(browser);
  await ordered(browser, shown);
  await weighed(browser, ["/", "/products", shown]);
  await printed(browser, shown, "product");
}

// The same pages where names, prices, pictures and lists are as awkward as real ones.
export async function strain(browser) {
  await browser.tour({
    "strain-home": "/",
    "strain-listing": "/products",
    "strain-middle": "/products?page=11&sort=price",
    "strain-one": "/products?search=timbre",
    "strain-deep": "/products?category=niveau-4",
    "strain-product": "/products/long",
    "strain-bare": "/products/no-picture",
    "strain-unbroken": "/products/unbroken",
    "strain-markup": "/products/markup",
    "strain-contact": "/contact",
  });
  await leafed(browser);
  await weighed(browser, ["/", "/products?page=11", "/products/long"]);
  await printed(browser, "/products/long", "strain-product");
}

async function typed(browser) {
  const page = await browser.open("/products");
  const count = () => page.$eval(".count", (count) => count.textContent);
  const all = await count();
  const word = await page.$eval(".card h3", (name) => name.textContent.trim().split(" ")[0]);
  await page.type("#search", word);
  await page.waitForFunction((all) => document.querySelector(".count").textContent !== all, {}, all);
  browser.expect(page.url().includes("search="), `typing "${word}" narrows ${all} to ${await count()}`);
  const said = await page.$eval("#said", (said) => said.textContent);
  browser.expect(said === (await count()), `and says so: ${said}`);
  browser.expect(await page.evaluate(() => document.activeElement.id === "search"), "and the cursor stays where it is");
  await page.click(".toggle summary");
  await page.select("#sort", "price");
  await page.waitForFunction(() => location.search.includes("sort=price"));
  browser.expect(await page.$eval("#sort", (sort) => sort.value === "price"), "another order follows at once");
  await browser.examine(page, "filters opened");
  await browser.picture(page, "filters-380-light", false);
  await page.close();
  const home = await browser.open("/");
  await home.type("#search", word);
  await home.waitForSelector("#suggestions a");
  await browser.examine(home, "suggestions");
  await browser.picture(home, "suggestions-380-light", false);
  await home.keyboard.press("Tab");
  await home.keyboard.press("Tab");
  await Promise.all([home.waitForNavigation(), home.keyboard.press("Enter")]);
  browser.expect(home.url().includes("/products/"), `a suggestion leads to ${home.url()}`);
  await home.close();
}

async function still(browser) {
  const page = await browser.open("/products", { script: false });
  await page.type("#search", "xyzzy");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  browser.expect(page.url().endsWith("?search=xyzzy"), "without script, the search is a form");
  await page.goto(`${browser.address}/products`);
  await page.click(".toggle summary");
  await page.select("#sort", "-price");
  await Promise.all([page.waitForNavigation(), page.click(".filter button")]);
  browser.expect(page.url().includes("sort=-price"), "without script, the filters are a form");
  await Promise.all([page.waitForNavigation(), page.click(".card h3 a")]);
  const link = await page.$eval(".facts .button", (button) => button.href);
  browser.expect(/wa\.me|\/contact$/.test(link), `without script, a product is opened, and leads to ${link.slice(0, 40)}…`);
  await page.close();
}

// The button of WhatsApp says which product is meant, what it costs and where it stands.
async function ordered(browser, path) {
  const page = await browser.open(path);
  const link = await page.$eval(".facts .button", (button) => button.href);
  if (link.endsWith("/contact")) return console.log("ok     the shop has no number of WhatsApp: the button leads to /contact");
  const asked = new URL(link);
  const [name, price] = await Promise.all(["h1", ".facts .price"].map((at) => page.$eval(at, (e) => e.textContent)));
  const text = asked.searchParams.get("text").replaceAll(/\s/g, " ");
  const known = /^\/\d{8,15}$/.test(asked.pathname) && asked.host === "wa.me";
  browser.expect(known, `WhatsApp is asked for ${asked.host}${asked.pathname}`);
  for (const part of [name, price.replaceAll(/\s/g, " "), path]) browser.expect(text.includes(part), `and told: ${part}`);
  await page.close();
}

// A gallery is gone through by its small pictures, and by the keyboard.
async function leafed(browser) {
  const page = await browser.open("/products/long");
  const across = () => page.$eval(".photos", (photos) => Math.round(photos.scrollLeft / photos.clientWidth));
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.click(".thumbs li:nth-child(3) a");
  await page.waitForFunction(() => document.querySelector(".photos").scrollLeft > 0);
  browser.expect((await across()) === 2, "the third small picture shows the third photo");
  await page.focus(".photos");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => {
    const photos = document.querySelector(".photos");
    return photos.scrollLeft < photos.clientWidth * 1.5;
  });
  browser.expect((await across()) === 1, "the arrow keys go through the photos");
  await page.close();
}

async function weighed(browser, places) {
  for (const path of places) {
    const page = await browser.browser.newPage();
    await page.setCacheEnabled(false);
    const devtools = await page.createCDPSession();
    await devtools.send("Network.enable");
    const kinds = new Map();
    let bytes = 0;
    devtools.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (kinds.get(requestId) !== "Image") bytes += encodedDataLength;
    });
    await page.goto(browser.address + path, { waitUntil: "networkidle0" });
    browser.expect(bytes > 0 && bytes < MOST_BYTES, `${path} weighs ${bytes} bytes before its pictures`);
    await page.close();
  }
}

async function printed(browser, path, name) {
  const page = await browser.open(path, { width: 800 });
  await page.pdf({ path: `${browser.folder}/${name}.pdf`, format: "A4" });
  await page.close();
}
