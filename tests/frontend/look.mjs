// Looks at a running shop as visitors do. node look.mjs pages|strain|frontend ADDRESS FOLDER, or reports FOLDER FOLDER
import { Browser } from "./browser.mjs";
import { frontend } from "./frontend.mjs";
import { pages, strain } from "./pages.mjs";
import { reports } from "./reports.mjs";

const [mode, address, folder] = process.argv.slice(2);
const browser = await Browser.start(address, folder);
try {
  await { pages, strain, frontend, reports }[mode](browser);
} catch (error) {
  browser.complain(`${mode}: ${error.stack}`);
}
await browser.end();
