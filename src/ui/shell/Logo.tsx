/** Two links of a chain. */
export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="6" width="9" height="8" rx="4" fill="none" stroke="var(--accent)" strokeWidth="2.2" />
      <rect x="9.5" y="6" width="9" height="8" rx="4" fill="none" stroke="var(--network)" strokeWidth="2.2" />
    </svg>
  )
}
