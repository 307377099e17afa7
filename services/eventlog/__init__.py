"""The event log: every event once, the progress and the one end of each job, and what is asked of it afterwards.

`job`, `state`, `ends` and `words` are the job itself, in plain functions; `handler` records an event with `store` and
tells the end; `app` answers what is asked, with `reading`, and joins the `summary`.
"""
