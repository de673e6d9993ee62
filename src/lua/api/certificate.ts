import { fromUtf8, latin1 } from '../../engine/bytes.ts'
import { type DerElement, derElement, derInside, derOid, derTags } from '../../engine/x509/der.ts'

/** What scripts ask of a certificate beyond the fields the engine has read already. */
export interface CertificateDetails {
  /** The last CN of the subject; '' when there is none. */
  commonName: string
  organizationNames: string[]
  /** Dotted ids of the extensions, in their order. */
  extensionOids: string[]
}

const commonNameOid = '2.5.4.3'
const organizationOid = '2.5.4.10'

/** Reads a PEM certificate; what cannot be read is left empty. */
export function readCertificate(pem: string): CertificateDetails {
  const details: CertificateDetails = { commonName: '', organizationNames: [], extensionOids: [] }
  const fields = certificateFields(pem)
  if (!fields) return details
  // version [0] is optional; then serial, algorithm, issuer, validity, subject.
  const offset = fields[0]?.tag === 0xa0 ? 1 : 0
  for (const [oid, text] of nameParts(fields[offset + 4])) {
    if (oid === commonNameOid) details.commonName = text
    else if (oid === organizationOid) details.organizationNames.push(text)
  }
  const wrapper = fields.find((field) => field.tag === 0xa3)
  const extensions = wrapper && derInside(derElement(wrapper.value), derTags.sequence)
  for (const extension of extensions ?? []) {
    const oid = derInside(extension, derTags.sequence)?.[0]
    if (oid?.tag === derTags.oid) details.extensionOids.push(derOid(oid.value))
  }
  return details
}

/** A certificate as Envoy url-encodes it: PEM in lines of 64, `\n`, space, `+`, `/` and `=` escaped. */
export function urlEncodePem(pem: string): string {
  const base64 = pemBody(pem)
  if (base64 === undefined) return ''
  const lines = base64.match(/.{1,64}/g) ?? []
  const text = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  return text.replace(/[\n +/=]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

function pemBody(pem: string): string | undefined {
  return /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem)?.[1]?.replace(/\s+/g, '')
}

function certificateFields(pem: string): DerElement[] | undefined {
  const base64 = pemBody(pem)
  if (!base64 || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined
  const binary = atob(base64)
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
  const certificate = derInside(derElement(bytes), derTags.sequence)
  return derInside(certificate?.[0], derTags.sequence)
}

function* nameParts(name: DerElement | undefined): Iterable<[oid: string, text: string]> {
  for (const set of derInside(name, derTags.sequence) ?? [])
    for (const attribute of derInside(set, derTags.set) ?? []) {
      const [oid, value] = derInside(attribute, derTags.sequence) ?? []
      if (oid?.tag === derTags.oid && value) yield [derOid(oid.value), nameText(value)]
    }
}

function nameText({ tag, value }: DerElement): string {
  if (tag === derTags.utf8) return fromUtf8(value)
  if (tag !== derTags.bmp) return latin1(value)
  let text = ''
  for (let i = 0; i + 1 < value.length; i += 2) text += String.fromCharCode(value[i]! * 256 + value[i + 1]!)
  return text
}
