/** Where a credential comes from. */
export interface CredentialSource {
  /** Lower-case name of the header it goes into. */
  readonly header: string
  /** What goes into it, a byte string; undefined while there is nothing. */
  value(): string | undefined
}
