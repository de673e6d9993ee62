import { useState } from 'react'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import type { UpstreamAnswer } from '../../model/design.ts'
import type { Json } from '../../model/json.ts'
import { useRegistry } from '../use-registry.ts'
import type { AskedService } from './asked-services.ts'
import classes from './RequestEditor.module.css'
import { answerMessage, messageAnswer, type Preset, presetOf, presetsOf } from './service-answers.ts'

interface ServiceAnswerProps {
  service: AskedService
  answer: UpstreamAnswer
  onChange(answer: UpstreamAnswer): void
}

/** What an authorization or rate limit service decides: chosen by name, or written as the message it sends. */
export default function ServiceAnswer({ service, answer, onChange }: ServiceAnswerProps) {
  const { registry, failure } = useRegistry()
  const needsSchema = service.protocol === 'grpc'
  if (needsSchema && !registry)
    return (
      <span className={classes.said} role="status">
        {failure ?? 'Loading Envoy’s schema…'}
      </span>
    )
  const presets = presetsOf(service)
  const preset = presetOf(service, answer, registry)
  const choose = ({ message, answer: plain }: Preset): void => {
    const { delayMs } = answer
    const next = plain ?? messageAnswer(service, message!, registry!)
    onChange({ ...next, ...(delayMs === undefined ? {} : { delayMs }) })
  }
  return (
    <>
      <div className={classes.answer}>
        <label>
          As {service.kind} service it
          <select
            aria-label="What the service decides"
            value={preset ? presets.indexOf(preset) : 'other'}
            onChange={(event) => choose(presets[Number(event.target.value)]!)}
          >
            {!preset && <option value="other">says something of its own</option>}
            {presets.map(({ label }, i) => (
              <option key={label} value={i}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {registry && needsSchema && (
        <MessageText
          key={JSON.stringify(answer.body)}
          service={service}
          registry={registry}
          answer={answer}
          onChange={onChange}
        />
      )}
    </>
  )
}

/** The message as JSON; it is written back once it is one. */
function MessageText({ service, registry, answer, onChange }: ServiceAnswerProps & { registry: EnvoyRegistry }) {
  const message = answerMessage(service, answer, registry)
  const [text, setText] = useState(message === undefined ? '' : JSON.stringify(message, undefined, 1))
  const [problem, setProblem] = useState<string>()
  const commit = (): void => {
    if (text.trim() === '') return
    try {
      const { delayMs } = answer
      const next = messageAnswer(service, JSON.parse(text) as Json, registry)
      setProblem(undefined)
      if (JSON.stringify(next.body) !== JSON.stringify(answer.body))
        onChange({ ...next, ...(delayMs === undefined ? {} : { delayMs }) })
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <textarea
        aria-label="Message of the service, as JSON"
        aria-invalid={problem !== undefined}
        rows={4}
        spellCheck={false}
        placeholder={service.kind === 'authorization' ? '{"status": {"code": 7}}' : '{"overall_code": "OVER_LIMIT"}'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
      />
      {problem !== undefined && (
        <span className={classes.said} role="alert">
          {problem}
        </span>
      )}
    </>
  )
}
