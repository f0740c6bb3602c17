/** One construct of the language in a model that runs. To add a construct, add a row to the table of its group. */
export interface Example {
  /** The construct: a keyword, a type, a function, a family, a guide; or a title, for expressions and tours. */
  readonly of: string;
  /** What the example shows, in a sentence. */
  readonly note: string;
  readonly model: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Options of `infer` by their long names, where the defaults do not do. */
  readonly options?: Readonly<Record<string, string>>;
  /** Codes of the warnings that it gives. */
  readonly warns?: readonly string[];
}

/** A row: construct, note, model, data. */
export const example = (
  of: string,
  note: string,
  model: string,
  data: Example["data"] = {},
  options: Example["options"] = {},
): Example => ({ of, note, model: `${model.trim()}\n`, data, options });
