// The small frontend on the public API, as the application's own frontends use it.

export async function frontend(browser) {
  const page = await browser.open("/");
  await page.waitForSelector("#list li");
  await browser.examine(page, "frontend");
  const count = () => page.$eval("#count", (count) => count.textContent);
  const changed = (former) =>
    page.waitForFunction((former) => document.querySelector("#count").textContent !== former, {}, former);
  const all = await count();
  const word = await page.$eval("#list a", (name) => name.textContent.trim().split(" ")[0]);
  await page.type("#search", word);
  await changed(all);
  const found = await count();
  browser.expect(parseInt(found) < parseInt(all), `frontend: "${word}" narrows ${all} to ${found}`);
  await page.$eval("#search", (search) => ((search.value = ""), search.oninput()));
  await page.waitForFunction((all) => document.querySelector("#count").textContent === all, {}, all);
  await page.select("#category", await page.$eval("#category option:nth-child(2)", (option) => option.value));
  await changed(all);
  const held = await count();
  browser.expect(parseInt(held) < parseInt(all), `frontend: a category narrows ${all} to ${held}`);
  await browser.picture(page, "frontend-380-light");
  await page.click("#list a");
  await page.waitForSelector("#whatsapp");
  const link = await page.$eval("#whatsapp", (link) => link.href);
  browser.expect(/^https:\/\/wa\.me\/\d{8,15}\?text=/.test(link), `frontend: the button leads to ${link.slice(0, 60)}…`);
  await page.reload({ waitUntil: "networkidle0" });
  browser.expect(await page.$("#whatsapp"), "frontend: the product's page loads by its own address");
}
