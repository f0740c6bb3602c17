import type { Span } from "../diagnostics/span.ts";

/** Every node of the tree says what it is and where it stands. Data only; walks are `switch`es over `kind`. */
interface Node<K extends string> {
  readonly kind: K;
  readonly span: Span;
}

/** An identifier where it is written. */
export interface Ident extends Node<"ident"> {
  readonly text: string;
}

// ---- expressions

/** `mu` */
export interface Name extends Node<"name"> {
  readonly text: string;
}
/** `0.05`, `1e-3`, `28`; `integer` when written without point and exponent. */
export interface Num extends Node<"number"> {
  readonly value: number;
  readonly integer: boolean;
  /** As written, so that the formatter keeps it, but with a digit on either side of a point. */
  readonly text: string;
}

/** `[1, 2, 3]` */
export interface ArrayLiteral extends Node<"array"> {
  readonly elements: readonly Expr[];
}
export type UnaryOp = "-" | "!";
/** `-x` */
export interface Unary extends Node<"unary"> {
  readonly op: UnaryOp;
  readonly operand: Expr;
}
export type BinaryOp = "+" | "-" | "*" | "/" | "^" | "@" | "%" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "&&" | "||";
/** `a + b`; precedence from loose to tight: || && comparisons, + -, * / % @, unary, ^ (right associative). */
export interface Binary extends Node<"binary"> {
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}
/** One argument, `1` or `sd = 1`. */
export interface Argument extends Node<"argument"> {
  readonly name: Ident | null;
  readonly value: Expr;
}
/** `normal(0, sd = 1)`, `exp(x)`: functions, nets and distributions look alike until they are checked. */
export interface Call extends Node<"call"> {
  readonly callee: Ident;
  readonly args: readonly Argument[];
}
/** `a..b` inside brackets, either end optional: `x[1..]`, `x[..n]`; `:` is the whole axis. */
export interface Slice extends Node<"slice"> {
  readonly from: Expr | null;
  readonly to: Expr | null;
}
/** `x[i, 0..2, :]` */
export interface Index extends Node<"index"> {
  readonly target: Expr;
  readonly indices: readonly (Expr | Slice)[];
}
/** `(a + b)`: kept so that formatting is faithful. */
export interface Paren extends Node<"paren"> {
  readonly inner: Expr;
}
export type Expr = Name | Num | ArrayLiteral | Unary | Binary | Call | Index | Paren;

// ---- types

export type BaseType = "real" | "int" | "simplex" | "ordered" | "positive_ordered" | "cholesky_corr" | "cov_matrix";
/** `real<0..>[N, 2]?`. A `simplex[K]` owns its last dimension (`cov_matrix[K]` stands for K x K): `simplex[N, K]` is N of them. */
export interface TypeExpr extends Node<"type"> {
  readonly base: BaseType;
  /** `<lo..hi>`; null when not written, and each end null when left open. */
  readonly bounds: { readonly lower: Expr | null; readonly upper: Expr | null } | null;
  readonly dims: readonly Expr[];
  /** `?`: entries may be missing. */
  readonly optional: boolean;
}

// ---- statements

/** `model abs_normal` */
export interface ModelStmt extends Node<"model"> {
  readonly name: Ident;
}
/** `data x: real[N, 2]` */
export interface DataStmt extends Node<"data"> {
  readonly name: Ident;
  readonly type: TypeExpr;
}
/** `const sigma = 0.05` */
export interface ConstStmt extends Node<"const"> {
  readonly name: Ident;
  readonly value: Expr;
}
/** `param weight: real[10] = 0` */
export interface ParamStmt extends Node<"param"> {
  readonly name: Ident;
  readonly type: TypeExpr;
  readonly init: Expr | null;
}
/** `net decode = mlp(2, 10, activation = elu)` */
export interface NetStmt extends Node<"net"> {
  readonly name: Ident;
  readonly value: Call;
}
/** `fun f(a, b) = EXPR` or `{ let ...; return EXPR }` */
export interface FunStmt extends Node<"fun"> {
  readonly name: Ident;
  readonly params: readonly Ident[];
  readonly body: Expr | { readonly lets: readonly LetStmt[]; readonly result: Expr };
}
/** `let theta = mu + tau * eta`; with a type only, `let sigma: real[T]`, an array to be filled. */
export interface LetStmt extends Node<"let"> {
  readonly name: Ident;
  readonly type: TypeExpr | null;
  readonly value: Expr | null;
}
/** `sigma[t] = EXPR`, filling a declared array. */
export interface AssignStmt extends Node<"assign"> {
  readonly target: Index;
  readonly value: Expr;
}
/** `sample z: real[2] ~ normal(0, 1)`; with a target, `sample x[t] ~ normal(x[t - 1], 1)`, an entry of a declared array. */
export interface SampleStmt extends Node<"sample"> {
  readonly name: Ident;
  readonly target: Index | null;
  readonly type: TypeExpr | null;
  readonly from: Call;
}
/** `observe y[n] ~ normal(mu, sigma)` */
export interface ObserveStmt extends Node<"observe"> {
  readonly value: Expr;
  readonly from: Call;
}
/** `factor -0.5 * square(x)` */
export interface FactorStmt extends Node<"factor"> {
  readonly value: Expr;
}
/** `plate n in N { ... }` */
export interface PlateStmt extends Node<"plate"> {
  readonly index: Ident;
  readonly size: Expr;
  readonly body: readonly Stmt[];
}
/** `for t in 1..T { ... }` */
export interface ForStmt extends Node<"for"> {
  readonly index: Ident;
  readonly from: Expr;
  readonly to: Expr;
  readonly body: readonly Stmt[];
}
/** `z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, activation = elu)` */
export interface GuideEntry extends Node<"guide-entry"> {
  readonly site: Ident;
  readonly family: Call | Ident;
  readonly given: readonly Expr[];
  readonly by: Call | null;
}
/** `guide { ... }` */
export interface GuideStmt extends Node<"guide"> {
  readonly entries: readonly GuideEntry[];
}
export type Stmt =
  | ModelStmt
  | DataStmt
  | ConstStmt
  | ParamStmt
  | NetStmt
  | FunStmt
  | LetStmt
  | AssignStmt
  | SampleStmt
  | ObserveStmt
  | FactorStmt
  | PlateStmt
  | ForStmt
  | GuideStmt;

/** A comment, kept for the formatter: `own line` when nothing precedes it on its line. */
export interface Comment {
  readonly span: Span;
  readonly text: string;
  readonly ownLine: boolean;
}

/** One whole file. */
export interface Ast extends Node<"file"> {
  readonly statements: readonly Stmt[];
  readonly comments: readonly Comment[];
  /** Where empty lines begin, kept for the formatter. */
  readonly blankLines: readonly number[];
}
