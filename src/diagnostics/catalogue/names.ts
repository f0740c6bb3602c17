import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { didYouMean, error, label, list, plural } from "./make.ts";

// Codes PPL2xx: names, arguments by name, and where a statement may stand.

interface Named {
  readonly span: Span;
  readonly name: string;
}
interface Suggested extends Named {
  readonly suggestion: string | null;
}

export function unknownName({ span, name, suggestion }: Suggested): Diagnostic {
  return error(
    "PPL201",
    `nothing is called \`${name}\``,
    [label(span, "not declared")],
    didYouMean(suggestion) ?? `declare it first: \`data ${name}: real\`, say`,
  );
}

export function alreadyDeclared(at: Named & { readonly before: Span | null }): Diagnostic {
  return error(
    "PPL202",
    `\`${at.name}\` is already taken`,
    [label(at.span, "a second meaning for the same name"), ...(at.before ? [label(at.before, "the first one")] : [])],
    "choose another name: names are never shadowed",
  );
}

export function usedTooEarly(at: Named & { readonly declared: Span }): Diagnostic {
  return error(
    "PPL203",
    `\`${at.name}\` is used before it is declared`,
    [label(at.span, "used here"), label(at.declared, "declared only here")],
    `move the declaration of \`${at.name}\` up`,
  );
}

export function indexOutsidePlate(at: Named & { readonly plate: Span }): Diagnostic {
  return error(
    "PPL204",
    `the index \`${at.name}\` is known only inside its plate`,
    [label(at.span, "outside the plate"), label(at.plate, "the plate")],
    "move this statement into the plate",
  );
}

/** `is`: "a net", "a distribution", "a function". */
export function notAValue(at: Named & { readonly is: string; readonly hint: string }): Diagnostic {
  return error(
    "PPL205",
    `\`${at.name}\` is ${at.is}, not a value`,
    [label(at.span, "a value is expected here")],
    at.hint,
  );
}

export function unknownFunction({ span, name, suggestion }: Suggested): Diagnostic {
  return error("PPL206", `there is no function \`${name}\``, [label(span, "called here")], didYouMean(suggestion));
}

export function unknownFamily(at: Suggested & { readonly known: readonly string[] }): Diagnostic {
  return error(
    "PPL207",
    `there is no distribution \`${at.name}\``,
    [label(at.span, "not a known family")],
    didYouMean(at.suggestion) ?? `the families are ${list(at.known)}`,
  );
}

export function unknownSize({ span, name, suggestion }: Suggested): Diagnostic {
  return error(
    "PPL208",
    `the size \`${name}\` is not known`,
    [label(span, "no data have this size")],
    didYouMean(suggestion) ??
      `name it in the type of some data, \`data y: real[${name}]\`, or write \`const ${name} = 3\``,
  );
}

/** A value where a size has to be known before any number is. `is`: "data", "a latent", ... */
export function valueAsSize(at: Named & { readonly is: string }): Diagnostic {
  return error(
    "PPL209",
    `\`${at.name}\` is ${at.is}, and a size has to be known before any value is`,
    [label(at.span, "a size is expected here")],
    at.is === "data"
      ? `drop \`${at.name}\`: a size that is first named in the type of data, \`data y: real[N]\`, is read off them`
      : `use a size of the data, or \`const ${at.name} = 3\``,
  );
}

export function unknownArgument(
  at: Suggested & { readonly of: string; readonly known: readonly string[] },
): Diagnostic {
  return error(
    "PPL210",
    `\`${at.of}\` has no argument \`${at.name}\``,
    [label(at.span, at.known.length === 0 ? "it has none" : `the arguments of \`${at.of}\` are ${list(at.known)}`)],
    didYouMean(at.suggestion),
  );
}

export function repeatedArgument(at: Named & { readonly of: string }): Diagnostic {
  return error("PPL211", `\`${at.name}\` is given twice to \`${at.of}\``, [label(at.span, "the second one")]);
}

export function missingArgument(at: Named & { readonly of: string; readonly takes: string }): Diagnostic {
  return error(
    "PPL212",
    `\`${at.of}\` needs ${at.name}`,
    [label(at.span, "it is not given here")],
    `\`${at.of}\` takes ${at.takes}`,
  );
}

export function tooManyArguments(at: {
  readonly span: Span;
  readonly of: string;
  readonly most: number;
  readonly found: number;
  readonly takes: string;
}): Diagnostic {
  return error(
    "PPL213",
    `\`${at.of}\` takes ${at.most === 0 ? "no arguments" : `${plural(at.most, "argument")} in order, and ${at.found} are given`}`,
    [label(at.span, "one too many")],
    at.most === 0 ? null : `\`${at.of}\` takes ${at.takes}`,
  );
}

export function bothAlternatives(at: {
  readonly span: Span;
  readonly of: string;
  readonly given: readonly string[];
}): Diagnostic {
  return error(
    "PPL214",
    `\`${at.of}\` takes only one of ${list(at.given)}`,
    [label(at.span, "they say the same thing twice")],
    "keep one of them",
  );
}

export function notASite(at: Suggested & { readonly sites: readonly string[] }): Diagnostic {
  return error(
    "PPL215",
    `the guide names \`${at.name}\`, which is not a latent site`,
    [label(at.span, "no `sample` statement declares it")],
    didYouMean(at.suggestion) ??
      (at.sites.length > 0 ? `the latents are ${list(at.sites)}` : "this model has no latents"),
  );
}

export function repeatedSite(at: Named & { readonly before: Span }): Diagnostic {
  return error("PPL216", `the guide speaks twice of \`${at.name}\``, [
    label(at.span, "the second time"),
    label(at.before, "the first time"),
  ]);
}

export function setsNoConst(at: {
  readonly name: string;
  readonly suggestion: string | null;
  readonly known: readonly string[];
}): Diagnostic {
  const hint =
    didYouMean(at.suggestion) ??
    (at.known.length > 0
      ? `the constants are ${list(at.known)}`
      : "this model has no constants: `const NAME = 1` makes one");
  return {
    ...error("PPL217", `no constant is called \`${at.name}\``, [], hint),
    elsewhere: `--set ${at.name}`,
  };
}

/** A statement that must not stand in a plate. `what`: "`data`". */
export function insidePlate(at: {
  readonly span: Span;
  readonly what: string;
  readonly plate: Span;
  readonly hint: string;
}): Diagnostic {
  return error(
    "PPL218",
    `${at.what} may not stand inside a plate`,
    [label(at.span, "belongs outside"), label(at.plate, "inside this plate")],
    at.hint,
  );
}

export function familyAsFunction({ span, name }: Named): Diagnostic {
  return error(
    "PPL219",
    `\`${name}\` is a distribution, not a function`,
    [label(span, "a value is expected here")],
    `draw from it in a statement of its own: \`sample z ~ ${name}(...)\``,
  );
}

/** Words such as `elu` out of a fixed list. */
export function unknownWord(at: Suggested & { readonly what: string; readonly known: readonly string[] }): Diagnostic {
  return error(
    "PPL220",
    `\`${at.name}\` is not ${at.what}`,
    [label(at.span, `expected ${list(at.known, "or")}`)],
    didYouMean(at.suggestion),
  );
}

/** A value with parentheses behind it. `is`: "a latent", "data". */
export function notAFunction(at: Named & { readonly is: string }): Diagnostic {
  return error(
    "PPL222",
    `\`${at.name}\` is ${at.is}, not a function`,
    [label(at.span, "called here")],
    `to multiply, write \`${at.name} * (...)\`; to index, \`${at.name}[...]\``,
  );
}

export function functionAsFamily({ span, name }: Named): Diagnostic {
  return error(
    "PPL221",
    `\`${name}\` is a function, not a distribution`,
    [label(span, "a distribution is expected after `~`")],
    `for a value that follows from others, write \`let x = ${name}(...)\``,
  );
}
