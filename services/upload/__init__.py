"""Receives files and jobs: what it answers with 202 is safe, whatever happens next.

`receiving` streams a body into the storage of `sources`, `uploads` and `jobs` keep their rows, `outbox` and `relay`
tell the other services, `intake` takes the jobs that other services publish, `housekeeping` removes what nobody used.
`cancelling` asks for a job to stop, `ending` hears that it has; `accepted` keeps what the validator leaves meanwhile.
"""
