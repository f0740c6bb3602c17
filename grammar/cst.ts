/* Generated from `parser.ts` by `npm run generate`. */
import type { CstNode, IToken } from "chevrotain";

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  statement?: StatementCstNode[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  modelStatement?: ModelStatementCstNode[];
  dataStatement?: DataStatementCstNode[];
  constStatement?: ConstStatementCstNode[];
  paramStatement?: ParamStatementCstNode[];
  netStatement?: NetStatementCstNode[];
  funStatement?: FunStatementCstNode[];
  letStatement?: LetStatementCstNode[];
  assignStatement?: AssignStatementCstNode[];
  sampleStatement?: SampleStatementCstNode[];
  observeStatement?: ObserveStatementCstNode[];
  factorStatement?: FactorStatementCstNode[];
  plateStatement?: PlateStatementCstNode[];
  forStatement?: ForStatementCstNode[];
  guideStatement?: GuideStatementCstNode[];
};

export interface ModelStatementCstNode extends CstNode {
  name: "modelStatement";
  children: ModelStatementCstChildren;
}

export type ModelStatementCstChildren = {
  Model: IToken[];
  Identifier: IToken[];
};

export interface DataStatementCstNode extends CstNode {
  name: "dataStatement";
  children: DataStatementCstChildren;
}

export type DataStatementCstChildren = {
  Data: IToken[];
  Identifier: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
};

export interface ConstStatementCstNode extends CstNode {
  name: "constStatement";
  children: ConstStatementCstChildren;
}

export type ConstStatementCstChildren = {
  Const: IToken[];
  Identifier: IToken[];
  Equal: IToken[];
  expression: ExpressionCstNode[];
};

export interface ParamStatementCstNode extends CstNode {
  name: "paramStatement";
  children: ParamStatementCstChildren;
}

export type ParamStatementCstChildren = {
  Param: IToken[];
  Identifier: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
  Equal?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface NetStatementCstNode extends CstNode {
  name: "netStatement";
  children: NetStatementCstChildren;
}

export type NetStatementCstChildren = {
  Net: IToken[];
  Identifier: IToken[];
  Equal: IToken[];
  call: CallCstNode[];
};

export interface FunStatementCstNode extends CstNode {
  name: "funStatement";
  children: FunStatementCstChildren;
}

export type FunStatementCstChildren = {
  Fun: IToken[];
  Identifier: IToken[];
  parameters: ParametersCstNode[];
  Equal?: IToken[];
  expression?: ExpressionCstNode[];
  funBody?: FunBodyCstNode[];
};

export interface ParametersCstNode extends CstNode {
  name: "parameters";
  children: ParametersCstChildren;
}

export type ParametersCstChildren = {
  LParen: IToken[];
  Identifier?: IToken[];
  Comma?: IToken[];
  RParen: IToken[];
};

export interface FunBodyCstNode extends CstNode {
  name: "funBody";
  children: FunBodyCstChildren;
}

export type FunBodyCstChildren = {
  LCurly: IToken[];
  letStatement?: LetStatementCstNode[];
  Return: IToken[];
  expression: ExpressionCstNode[];
  RCurly: IToken[];
};

export interface LetStatementCstNode extends CstNode {
  name: "letStatement";
  children: LetStatementCstChildren;
}

export type LetStatementCstChildren = {
  Let: IToken[];
  Identifier: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Equal?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface AssignStatementCstNode extends CstNode {
  name: "assignStatement";
  children: AssignStatementCstChildren;
}

export type AssignStatementCstChildren = {
  Identifier: IToken[];
  subscript: SubscriptCstNode[];
  Equal: IToken[];
  expression: ExpressionCstNode[];
};

export interface SampleStatementCstNode extends CstNode {
  name: "sampleStatement";
  children: SampleStatementCstChildren;
}

export type SampleStatementCstChildren = {
  Sample: IToken[];
  Identifier: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Tilde: IToken[];
  call: CallCstNode[];
};

export interface ObserveStatementCstNode extends CstNode {
  name: "observeStatement";
  children: ObserveStatementCstChildren;
}

export type ObserveStatementCstChildren = {
  Observe: IToken[];
  expression: ExpressionCstNode[];
  Tilde: IToken[];
  call: CallCstNode[];
};

export interface FactorStatementCstNode extends CstNode {
  name: "factorStatement";
  children: FactorStatementCstChildren;
}

export type FactorStatementCstChildren = {
  Factor: IToken[];
  expression: ExpressionCstNode[];
};

export interface PlateStatementCstNode extends CstNode {
  name: "plateStatement";
  children: PlateStatementCstChildren;
}

export type PlateStatementCstChildren = {
  Plate: IToken[];
  Identifier: IToken[];
  In: IToken[];
  expression: ExpressionCstNode[];
  block: BlockCstNode[];
};

export interface ForStatementCstNode extends CstNode {
  name: "forStatement";
  children: ForStatementCstChildren;
}

export type ForStatementCstChildren = {
  For: IToken[];
  Identifier: IToken[];
  In: IToken[];
  expression: ExpressionCstNode[];
  DotDot: IToken[];
  block: BlockCstNode[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LCurly: IToken[];
  statement?: StatementCstNode[];
  RCurly: IToken[];
};

export interface GuideStatementCstNode extends CstNode {
  name: "guideStatement";
  children: GuideStatementCstChildren;
}

export type GuideStatementCstChildren = {
  Guide: IToken[];
  LCurly: IToken[];
  guideEntry?: GuideEntryCstNode[];
  RCurly: IToken[];
};

export interface GuideEntryCstNode extends CstNode {
  name: "guideEntry";
  children: GuideEntryCstChildren;
}

export type GuideEntryCstChildren = {
  Identifier: IToken[];
  Tilde: IToken[];
  arguments?: ArgumentsCstNode[];
  Given?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  By?: IToken[];
  call?: CallCstNode[];
};

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  BaseType: IToken[];
  bounds?: BoundsCstNode[];
  dimensions?: DimensionsCstNode[];
  Question?: IToken[];
};

export interface BoundsCstNode extends CstNode {
  name: "bounds";
  children: BoundsCstChildren;
}

export type BoundsCstChildren = {
  Less: IToken[];
  lower?: SumCstNode[];
  DotDot: IToken[];
  upper?: SumCstNode[];
  Greater: IToken[];
};

export interface DimensionsCstNode extends CstNode {
  name: "dimensions";
  children: DimensionsCstChildren;
}

export type DimensionsCstChildren = {
  LBracket: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  RBracket: IToken[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conjunction: ConjunctionCstNode[];
  operator?: IToken[];
};

export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: ConjunctionCstChildren;
}

export type ConjunctionCstChildren = {
  comparison: ComparisonCstNode[];
  operator?: IToken[];
};

export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

export type ComparisonCstChildren = {
  sum: SumCstNode[];
  operator?: IToken[];
};

export interface SumCstNode extends CstNode {
  name: "sum";
  children: SumCstChildren;
}

export type SumCstChildren = {
  product: ProductCstNode[];
  operator?: IToken[];
};

export interface ProductCstNode extends CstNode {
  name: "product";
  children: ProductCstChildren;
}

export type ProductCstChildren = {
  unary: UnaryCstNode[];
  operator?: IToken[];
};

export interface UnaryCstNode extends CstNode {
  name: "unary";
  children: UnaryCstChildren;
}

export type UnaryCstChildren = {
  prefix?: PrefixCstNode[];
  postfix: PostfixCstNode[];
  power?: PowerCstNode[];
};

export interface PowerCstNode extends CstNode {
  name: "power";
  children: PowerCstChildren;
}

export type PowerCstChildren = {
  Caret: IToken[];
  prefix?: PrefixCstNode[];
  postfix: PostfixCstNode[];
};

export interface PrefixCstNode extends CstNode {
  name: "prefix";
  children: PrefixCstChildren;
}

export type PrefixCstChildren = {
  operator?: IToken[];
};

export interface PostfixCstNode extends CstNode {
  name: "postfix";
  children: PostfixCstChildren;
}

export type PostfixCstChildren = {
  primary: PrimaryCstNode[];
  subscript?: SubscriptCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  Identifier?: IToken[];
  arguments?: ArgumentsCstNode[];
  NumberLiteral?: IToken[];
  array?: ArrayCstNode[];
  parenthesis?: ParenthesisCstNode[];
};

export interface ParenthesisCstNode extends CstNode {
  name: "parenthesis";
  children: ParenthesisCstChildren;
}

export type ParenthesisCstChildren = {
  LParen: IToken[];
  expression: ExpressionCstNode[];
  RParen: IToken[];
};

export interface ArrayCstNode extends CstNode {
  name: "array";
  children: ArrayCstChildren;
}

export type ArrayCstChildren = {
  LBracket: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RBracket: IToken[];
};

export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

export type CallCstChildren = {
  Identifier: IToken[];
  arguments: ArgumentsCstNode[];
};

export interface ArgumentsCstNode extends CstNode {
  name: "arguments";
  children: ArgumentsCstChildren;
}

export type ArgumentsCstChildren = {
  LParen: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  RParen: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Identifier?: IToken[];
  Equal?: IToken[];
  expression: ExpressionCstNode[];
};

export interface SubscriptCstNode extends CstNode {
  name: "subscript";
  children: SubscriptCstChildren;
}

export type SubscriptCstChildren = {
  LBracket: IToken[];
  index: IndexCstNode[];
  Comma?: IToken[];
  RBracket: IToken[];
};

export interface IndexCstNode extends CstNode {
  name: "index";
  children: IndexCstChildren;
}

export type IndexCstChildren = {
  Colon?: IToken[];
  DotDot?: IToken[];
  to?: ExpressionCstNode[];
  from?: ExpressionCstNode[];
};
