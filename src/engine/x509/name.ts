import { latin1, utf8 } from '../bytes.ts'
import { type DerElement, derInside, derOid, derTags } from './der.ts'

/** Short names of attribute types, as OpenSSL prints them. */
const SHORT_NAMES: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

/**
 * A Name as Envoy prints subjects and issuers: RFC 2253, so the most specific part first, commas and the like escaped and
 * bytes beyond ASCII in hexadecimal (Envoy: Utility::getRFC2253NameFromCertificate).
 */
export function nameText(name: DerElement): { text: string; commonName: string } {
  const parts: string[] = []
  let commonName = ''
  for (const set of derInside(name, derTags.sequence) ?? []) {
    const attributes = (derInside(set, derTags.set) ?? []).flatMap((attribute) => {
      const [oid, value] = derInside(attribute, derTags.sequence) ?? []
      if (oid?.tag !== derTags.oid || !value) return []
      const type = derOid(oid.value)
      const bytes = textBytes(value)
      if (SHORT_NAMES[type] === 'CN') commonName = bytes
      return [`${SHORT_NAMES[type] ?? type}=${escaped(bytes)}`]
    })
    parts.unshift(attributes.reverse().join('+'))
  }
  return { text: parts.join(','), commonName }
}

/** The value as a byte string of UTF-8. */
function textBytes({ tag, value }: DerElement): string {
  if (tag !== derTags.bmp) return latin1(value)
  let text = ''
  for (let i = 0; i + 1 < value.length; i += 2) text += String.fromCharCode(value[i]! * 256 + value[i + 1]!)
  return latin1(utf8(text))
}

function escaped(text: string): string {
  return text
    .replaceAll(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    .replaceAll(/[^ -~]/g, (char) => `\\${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}
