import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, extname, join } from "node:path";
import { chromium } from "playwright-core";
import { bundle } from "./bundle.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The browser of the system. */
function executable() {
  const found = process.env.PATH.split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("chromium is not installed: scripts/setup.sh chromium");
  return found;
}

/** Serves a folder on loopback: its `index.html`, else an empty page that runs `bundle.js`. */
function serveFolder(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = join(folder, pathname === "/" ? "index.html" : pathname);
    response.setHeader("content-type", TYPES[extname(path)] ?? "text/html");
    if (existsSync(path)) response.end(readFileSync(path));
    else if (pathname !== "/") response.writeHead(404).end();
    else response.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/bundle.js"></script>');
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

/** Opens a folder's page in a browser, with further flags of it; an error in the page is an error here. */
export async function openPage(folder, flags = []) {
  const executablePath = executable();
  const server = await serveFolder(folder);
  const browser = await chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error("page:", error));
  page.on("console", (message) => console.error("page:", message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { page, close };
}

/** A page that answers lines. */
export async function onChromium() {
  const folder = mkdtempSync(join(tmpdir(), "spendgate-chromium-"));
  await bundle("page.mjs", "browser", folder);
  const { page, close } = await openPage(folder);
  await page.waitForFunction(() => "answer" in globalThis);
  return {
    answer: (lines) => page.evaluate((lines) => globalThis.answer(lines), lines),
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}
