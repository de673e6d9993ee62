/**
 * What an editor needs to know of Envoy's Lua: documentation of every object, method and library function, snippets, and
 * functions from a script (half-typed ones too) to completions, hovers, signatures, diagnostics, definitions, edits for
 * a new name, and folds. All positions are offsets into the script, as JavaScript counts its characters.
 */
export { completeLua } from './complete.ts'
export type { ChainFilter, Completion, LuaContext, LuaDiagnostic, Severity } from './context.ts'
export { diagnoseLua } from './diagnose.ts'
export type { FunctionDoc, LuaTypeName, ParameterDoc, TypeDoc } from './doc-types.ts'
export { signatureText } from './doc-types.ts'
export { typeDocs } from './docs.ts'
export { type Hover, hoverLua, type SignatureHelp, signatureLua } from './hover.ts'
export { baseFunctions, entryFunctions, libraries } from './library-docs.ts'
export { definitionLua, foldLua, referencesLua, renameLua, type TextRange } from './navigate.ts'
export { type Snippet, snippets } from './snippets.ts'
