import { describe, test } from "vitest";
import { documents, isRun, readDocument, runDocument } from "../documents/run.ts";

const slow = documents.filter((path) => readDocument(path).some((fence) => isRun(fence, ["slow"])));

describe("what a document shows is what its commands print, long ones too:", () => {
  test.each(slow)("%s", { timeout: 1_800_000 }, (path) => runDocument(path, ["slow"]));
});
