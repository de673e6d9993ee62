/**
 * Thrown by a host function to raise a Lua error in the script that called it. `message` is a byte string. With `level` 1
 * (the default, as luaL_error does it) the position of the calling Lua line is put in front; with 0 it is raised as it is.
 */
export class LuaError extends Error {
  override name = 'LuaError'
  readonly level: 0 | 1

  constructor(message: string, level: 0 | 1 = 1) {
    super(message)
    this.level = level
  }
}

/**
 * Thrown by a host function for a wrong argument; Lua words it as `bad argument #1 to 'get' (string expected, got nil)`,
 * counting from the first argument after the object when the function was called as a method.
 */
export class LuaArgumentError extends LuaError {
  override name = 'LuaArgumentError'
  /** Position on the host function's stack, from 1; the object of a method call is 1. */
  readonly argument: number

  constructor(argument: number, message: string) {
    super(message)
    this.argument = argument
  }
}

/** Why a virtual machine had to be thrown away. */
export type LuaTrapReason = 'budget' | 'memory' | 'stack' | 'internal'

/** The virtual machine stopped where no Lua error could be raised. It is dead: every later call throws this again. */
export class LuaTrap extends Error {
  override name = 'LuaTrap'
  readonly reason: LuaTrapReason

  constructor(reason: LuaTrapReason, detail: string) {
    super(`the Lua virtual machine was stopped (${reason}): ${detail}`)
    this.reason = reason
  }
}
