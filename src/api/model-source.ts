import * as v from "valibot";
import type { SourceFile } from "../diagnostics/span.ts";
import { anyText, given, object } from "./given.ts";

/** A model: its text, or its text with the name to report it under. */
export type ModelSource = string | SourceFile;

const expected = "the text of a model, or `{ path, text }`";
const schema = v.union([v.string(), object({ path: anyText, text: anyText }, expected)], expected);

/** The text of a model that a call was given. */
export function sourceOf(model: unknown, call: string): SourceFile {
  const source = given<ModelSource>(schema, model, "model", call);
  return typeof source === "string" ? { path: "model.ppl", text: source } : source;
}
