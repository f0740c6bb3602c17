import { afterEach, expect, test, vi } from "vitest";
import { openExecutor } from "../../src/execute/select.ts";
import { startBackend } from "../../src/execute/tfjs/backends.ts";

vi.mock("@tensorflow/tfjs-node", () => {
  throw new Error("libtensorflow.so.2: no such file");
});

afterEach(() => void vi.unstubAllGlobals());

test("a back end that is installed and does not load is told apart from one that is missing", async () => {
  const started = await startBackend("node");
  expect(started.ok ? null : started.errors[0]).toMatchObject({
    code: "PPL751",
    hint: "`--backend wasm` runs everywhere",
  });
});

test("a back end with a misspelt name is asked back for", async () => {
  const started = await startBackend("wams");
  expect(started.ok ? null : started.errors[0]).toMatchObject({
    code: "PPL752",
    hint: "did you mean `wasm`?",
  });
});

test("without WebAssembly TensorFlow.js runs instead, with a warning", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const opened = await openExecutor({});
  expect(opened.ok && opened.value.name).toBe("tfjs-cpu");
  expect(opened.ok && opened.warnings.map(({ code }) => code)).toEqual(["PPL753"]);
});
