import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, inject, test } from "vitest";
import { answerOf, browser } from "../browser/chromium.ts";

const fresh = inject("fresh");

/** What a first fit loads, compressed: so that it does not grow unseen. 150 kB are wanted. */
const mostBytes = 290_000;

/** The page of docs/embedding.md, as Vite makes it of the packed package. */
const built = async (): Promise<{ readonly page: string; readonly files: ReadonlyMap<string, string> }> => {
  await build({ root: fresh, configFile: join(fresh, "vite.config.js"), logLevel: "error" });
  const made = join(fresh, "dist");
  const names = readdirSync(join(made, "assets"));
  return {
    page: readFileSync(join(made, "index.html"), "utf8"),
    files: new Map(names.map((name) => [`/assets/${name}`, readFileSync(join(made, "assets", name), "utf8")])),
  };
};

/** Tells what the page shows, once both places are filled. */
const telling = `<script>
  addEventListener("error", ({ message }) => fetch("/said", { method: "POST", body: JSON.stringify({ message }) }));
  addEventListener("unhandledrejection", ({ reason }) =>
    fetch("/said", { method: "POST", body: JSON.stringify({ message: String(reason) }) }));
  const wait = setInterval(() => {
    const [page, worker] = ["page", "worker"].map((id) => document.getElementById(id).textContent);
    if (!page || !worker) return;
    clearInterval(wait);
    const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    fetch("/said", { method: "POST", body: JSON.stringify({ page, worker, loaded }) });
  }, 50);
</script>`;

test("nothing of Node is imported", async () => {
  const { files } = await built();
  const imports = [...files.values()].flatMap((text) => text.match(/(?:from|import)\s*\(?\s*["'`]node:[^"'`]*/g) ?? []);
  expect(imports).toEqual([]);
});

test.skipIf(browser === undefined)("a page and its worker fit a model, the same digits in both", async () => {
  const { page, files } = await built();
  const said = JSON.parse(await answerOf(browser!, page + telling, files)) as Record<string, unknown>;
  expect(said).toMatchObject({ page: expect.stringMatching(/^4\.\d+$/) });
  expect(said["worker"]).toBe(said["page"]);
  // the page's own files: what a worker loads is counted in the worker
  const loaded = (said["loaded"] as readonly string[]).filter((path) => files.has(path) && !path.includes("worker"));
  const bytes = loaded.reduce((sum, path) => sum + gzipSync(files.get(path) ?? "", { level: 9 }).length, 0);
  expect(bytes).toBeLessThan(mostBytes);
});
