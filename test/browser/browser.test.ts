import { build } from "esbuild";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** The first browser of these that is installed; null where there is none, and these tests are then skipped. */
const browser = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

interface Fitted {
  readonly name: string;
  readonly precision: string;
  readonly trace: readonly number[];
}
type Result = { readonly failed?: string; readonly fused: Fitted; readonly reference: Fitted };

/** Bundles page.ts for a browser, opens it, and waits for what it has to say. */
async function run(command: string): Promise<Result> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    // what is imported when it is asked for stays in files of its own
    splitting: true,
    platform: "browser",
    // only reading and writing files needs these
    external: ["node:*"],
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const profile = mkdtempSync(join(tmpdir(), "stratum-browser-"));
  let said: (result: Result) => void;
  const answer = new Promise<Result>((resolve) => (said = resolve));
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        response.end();
        said(JSON.parse(body) as Result);
      });
    } else if (files.has(request.url ?? "")) {
      response.setHeader("content-type", "text/javascript").end(files.get(request.url!));
    } else {
      response
        .setHeader("content-type", "text/html")
        .end(`<!doctype html><script type="module" src="/page.js"></script>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    command,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`],
      ...["--remote-debugging-port=0", `http://127.0.0.1:${port}/`],
    ],
    { stdio: "ignore" },
  );
  try {
    return await answer;
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

describe.skipIf(browser === undefined)("in a browser", () => {
  test("a model is fitted by the fused engine, as the reference evaluator fits it", async () => {
    const { failed, fused, reference } = await run(browser!);
    expect(failed).toBeUndefined();
    expect(fused.name).toBe("fused");
    expect(fused.precision).toBe("float64");
    expect(reference.name).toBe("reference");
    expect(fused.trace).toHaveLength(300);
    // rounding grows over 300 steps of Adam: 1e-9 is a million times the spacing of these numbers
    fused.trace.forEach((bound, step) => expect(Math.abs(bound - reference.trace[step]!)).toBeLessThan(1e-9));
  });
});
