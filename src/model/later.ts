/** Words of the language that are read but have no meaning in this version: each is refused by its own name. */

export const laterGuides: ReadonlySet<string> = new Set(["laplace"]);
