/**
 * A byte string with everything but letters, digits and `*-._` as `%XX`, for forms and query parameters
 * (Envoy: Http::Utility::PercentEncoding::urlEncode).
 */
export function formEncode(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9*\-._]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
