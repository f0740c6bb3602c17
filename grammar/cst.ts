// Generated from `parser.ts` by `npm run generate`.

import type { CstNode, IToken } from "chevrotain";

export interface FileCstNode extends CstNode {
  name: "file";
  children: {
    statement?: StatementCstNode[];
  };
}

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: {
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
}

export interface ModelStatementCstNode extends CstNode {
  name: "modelStatement";
  children: {
    Model: IToken[];
    Identifier: IToken[];
  };
}

export interface DataStatementCstNode extends CstNode {
  name: "dataStatement";
  children: {
    Data: IToken[];
    Identifier: IToken[];
    Colon: IToken[];
    type: TypeCstNode[];
  };
}

export interface ConstStatementCstNode extends CstNode {
  name: "constStatement";
  children: {
    Const: IToken[];
    Identifier: IToken[];
    Equal: IToken[];
    expression: ExpressionCstNode[];
  };
}

export interface ParamStatementCstNode extends CstNode {
  name: "paramStatement";
  children: {
    Param: IToken[];
    Identifier: IToken[];
    Colon: IToken[];
    type: TypeCstNode[];
    Equal?: IToken[];
    expression?: ExpressionCstNode[];
  };
}

export interface NetStatementCstNode extends CstNode {
  name: "netStatement";
  children: {
    Net: IToken[];
    Identifier: IToken[];
    Equal: IToken[];
    call: CallCstNode[];
  };
}

export interface FunStatementCstNode extends CstNode {
  name: "funStatement";
  children: {
    Fun: IToken[];
    Identifier: IToken[];
    parameters: ParametersCstNode[];
    Equal?: IToken[];
    expression?: ExpressionCstNode[];
    funBody?: FunBodyCstNode[];
  };
}

export interface ParametersCstNode extends CstNode {
  name: "parameters";
  children: {
    LParen: IToken[];
    Identifier?: IToken[];
    Comma?: IToken[];
    RParen: IToken[];
  };
}

export interface FunBodyCstNode extends CstNode {
  name: "funBody";
  children: {
    LCurly: IToken[];
    letStatement?: LetStatementCstNode[];
    Return: IToken[];
    expression: ExpressionCstNode[];
    RCurly: IToken[];
  };
}

export interface LetStatementCstNode extends CstNode {
  name: "letStatement";
  children: {
    Let: IToken[];
    Identifier: IToken[];
    Colon?: IToken[];
    type?: TypeCstNode[];
    Equal?: IToken[];
    expression?: ExpressionCstNode[];
  };
}

export interface AssignStatementCstNode extends CstNode {
  name: "assignStatement";
  children: {
    Identifier: IToken[];
    subscript: SubscriptCstNode[];
    Equal: IToken[];
    expression: ExpressionCstNode[];
  };
}

export interface SampleStatementCstNode extends CstNode {
  name: "sampleStatement";
  children: {
    Sample: IToken[];
    Identifier: IToken[];
    subscript?: SubscriptCstNode[];
    Colon?: IToken[];
    type?: TypeCstNode[];
    Tilde: IToken[];
    call: CallCstNode[];
  };
}

export interface ObserveStatementCstNode extends CstNode {
  name: "observeStatement";
  children: {
    Observe: IToken[];
    expression: ExpressionCstNode[];
    Tilde: IToken[];
    call: CallCstNode[];
  };
}

export interface FactorStatementCstNode extends CstNode {
  name: "factorStatement";
  children: {
    Factor: IToken[];
    expression: ExpressionCstNode[];
  };
}

export interface PlateStatementCstNode extends CstNode {
  name: "plateStatement";
  children: {
    Plate: IToken[];
    Identifier: IToken[];
    In: IToken[];
    expression: ExpressionCstNode[];
    block: BlockCstNode[];
  };
}

export interface ForStatementCstNode extends CstNode {
  name: "forStatement";
  children: {
    For: IToken[];
    Identifier: IToken[];
    In: IToken[];
    expression: ExpressionCstNode[];
    DotDot: IToken[];
    block: BlockCstNode[];
  };
}

export interface BlockCstNode extends CstNode {
  name: "block";
  children: {
    LCurly: IToken[];
    statement?: StatementCstNode[];
    RCurly: IToken[];
  };
}

export interface GuideStatementCstNode extends CstNode {
  name: "guideStatement";
  children: {
    Guide: IToken[];
    LCurly: IToken[];
    guideEntry?: GuideEntryCstNode[];
    RCurly: IToken[];
  };
}

export interface GuideEntryCstNode extends CstNode {
  name: "guideEntry";
  children: {
    Identifier: IToken[];
    Tilde: IToken[];
    arguments?: ArgumentsCstNode[];
    Given?: IToken[];
    expression?: ExpressionCstNode[];
    Comma?: IToken[];
    By?: IToken[];
    call?: CallCstNode[];
  };
}

export interface TypeCstNode extends CstNode {
  name: "type";
  children: {
    BaseType: IToken[];
    bounds?: BoundsCstNode[];
    dimensions?: DimensionsCstNode[];
    Question?: IToken[];
  };
}

export interface BoundsCstNode extends CstNode {
  name: "bounds";
  children: {
    Less: IToken[];
    lower?: SumCstNode[];
    DotDot: IToken[];
    upper?: SumCstNode[];
    Greater: IToken[];
  };
}

export interface DimensionsCstNode extends CstNode {
  name: "dimensions";
  children: {
    LBracket: IToken[];
    expression: ExpressionCstNode[];
    Comma?: IToken[];
    RBracket: IToken[];
  };
}

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: {
    conjunction: ConjunctionCstNode[];
    operator?: IToken[];
  };
}

export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: {
    comparison: ComparisonCstNode[];
    operator?: IToken[];
  };
}

export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: {
    sum: SumCstNode[];
    operator?: IToken[];
  };
}

export interface SumCstNode extends CstNode {
  name: "sum";
  children: {
    product: ProductCstNode[];
    operator?: IToken[];
  };
}

export interface ProductCstNode extends CstNode {
  name: "product";
  children: {
    unary: UnaryCstNode[];
    operator?: IToken[];
  };
}

export interface UnaryCstNode extends CstNode {
  name: "unary";
  children: {
    Prefix?: IToken[];
    postfix: PostfixCstNode[];
    power?: PowerCstNode[];
  };
}

export interface PowerCstNode extends CstNode {
  name: "power";
  children: {
    Caret: IToken[];
    Prefix?: IToken[];
    postfix: PostfixCstNode[];
  };
}

export interface PostfixCstNode extends CstNode {
  name: "postfix";
  children: {
    primary: PrimaryCstNode[];
    subscript?: SubscriptCstNode[];
  };
}

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: {
    Identifier?: IToken[];
    arguments?: ArgumentsCstNode[];
    NumberLiteral?: IToken[];
    array?: ArrayCstNode[];
    parenthesis?: ParenthesisCstNode[];
  };
}

export interface ParenthesisCstNode extends CstNode {
  name: "parenthesis";
  children: {
    LParen: IToken[];
    expression: ExpressionCstNode[];
    RParen: IToken[];
  };
}

export interface ArrayCstNode extends CstNode {
  name: "array";
  children: {
    LBracket: IToken[];
    expression?: ExpressionCstNode[];
    Comma?: IToken[];
    RBracket: IToken[];
  };
}

export interface CallCstNode extends CstNode {
  name: "call";
  children: {
    Identifier: IToken[];
    arguments: ArgumentsCstNode[];
  };
}

export interface ArgumentsCstNode extends CstNode {
  name: "arguments";
  children: {
    LParen: IToken[];
    argument?: ArgumentCstNode[];
    Comma?: IToken[];
    RParen: IToken[];
  };
}

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: {
    Identifier?: IToken[];
    Equal?: IToken[];
    expression: ExpressionCstNode[];
  };
}

export interface SubscriptCstNode extends CstNode {
  name: "subscript";
  children: {
    LBracket: IToken[];
    index: IndexCstNode[];
    Comma?: IToken[];
    RBracket: IToken[];
  };
}

export interface IndexCstNode extends CstNode {
  name: "index";
  children: {
    Colon?: IToken[];
    DotDot?: IToken[];
    to?: ExpressionCstNode[];
    from?: ExpressionCstNode[];
  };
}
