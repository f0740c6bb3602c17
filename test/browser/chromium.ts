import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The first browser of these that is installed; undefined where there is none, and tests of pages are then skipped. */
export const browser = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/**
 * Opens the page at `/` and waits for what it posts.
 *
 * @param files  by path; anything else that is asked for is `page`
 */
export async function answerOf(command: string, page: string, files: ReadonlyMap<string, string>): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "stratum-browser-"));
  let said: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (said = resolve));
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    if (request.method === "POST") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        response.end();
        said(body);
      });
    } else if (file !== undefined) response.setHeader("content-type", "text/javascript").end(file);
    else response.setHeader("content-type", "text/html").end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    command,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`],
      ...["--remote-debugging-port=0", `http://127.0.0.1:${port}/`],
    ],
    // a group of its own: its helpers write into the profile until they are gone as well
    { stdio: "ignore", detached: true },
  );
  try {
    return await answer;
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await gone;
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
