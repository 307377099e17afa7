"""Any sequence of uploads, jobs, deletions and expiries keeps the rules, as a model of them tells in advance."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contracts.codec import Codec
from database.connection import Database
from services.upload import jobs
from services.upload.housekeeping import remove_expired
from services.upload.jobs import JobOrder, KeyReused
from services.upload.sources import FolderStore
from services.upload.uploads import Uploads, UploadUnknown, UploadUsed
from tests.integration.upload.asking import files, new_upload, rows

KEYS = st.sampled_from(["a", "b", "c"])
ACCOUNTS = st.sampled_from(["acme", "globex"])


class Jobs(RuleBasedStateMachine):
    """`uploads` maps an upload to its account; `made` maps account and key to the upload of its job."""

    database: Database

    upload_ids = Bundle("upload_ids")

    def __init__(self) -> None:
        super().__init__()
        with self.database.transaction() as connection:
            connection.execute(b"TRUNCATE upload, accepted_file, job, outbox")
        self._temporary = TemporaryDirectory()
        self._folder = Path(self._temporary.name)
        self._uploads = Uploads(database=self.database, store=FolderStore(self._folder), expiry=timedelta(hours=1))
        self.uploads: dict[UUID, str] = {}
        self.made: dict[tuple[str, str], UUID] = {}

    def teardown(self) -> None:
        self._temporary.cleanup()

    @rule(target=upload_ids, account=ACCOUNTS)
    def upload(self, account: str) -> UUID:
        upload_id = new_upload(self._uploads, account=account).upload_id
        self.uploads[upload_id] = account
        return upload_id

    @rule(target=upload_ids)
    def imagine(self) -> UUID:
        return uuid4()

    @rule(account=ACCOUNTS, key=KEYS, upload_id=upload_ids)
    def submit(self, account: str, key: str, upload_id: UUID) -> None:
        expected = self._expected(account, key, upload_id)
        order = JobOrder(
            account=account,
            idempotency_key=key,
            submitted_by="ada",
            upload_id=upload_id,
            template_version=1,
            fingerprint=str(upload_id),
        )
        assert self._outcome(order) == expected
        if expected == "made":
            self.made[account, key] = upload_id

    def _expected(self, account: str, key: str, upload_id: UUID) -> str:
        known = self.made.get((account, key))
        if known is not None:
            return "found" if known == upload_id else "KeyReused"
        if self.uploads.get(upload_id) != account:
            return "UploadUnknown"
        return "UploadUsed" if upload_id in self.made.values() else "made"

    def _outcome(self, order: JobOrder) -> str:
        try:
            with self.database.transaction() as connection:
                return "made" if jobs.submit(connection, order, codec=Codec("upload")) else "found"
        except (KeyReused, UploadUsed, UploadUnknown) as error:
            return type(error).__name__

    @rule(account=ACCOUNTS, upload_id=upload_ids)
    def delete(self, account: str, upload_id: UUID) -> None:
        if self.uploads.get(upload_id) != account:
            with pytest.raises(UploadUnknown):
                self._uploads.delete(upload_id, account=account)
        elif upload_id in self.made.values():
            with pytest.raises(UploadUsed):
                self._uploads.delete(upload_id, account=account)
        else:
            self._uploads.delete(upload_id, account=account)
            del self.uploads[upload_id]

    @rule(upload_id=upload_ids)
    def expire(self, upload_id: UUID) -> None:
        with self.database.transaction() as connection:
            connection.execute(b"UPDATE upload SET expires_at = now() WHERE upload_id = %s", (upload_id,))
        if upload_id not in self.made.values():
            self.uploads.pop(upload_id, None)

    @rule()
    def keep_house(self) -> None:
        remove_expired(self._uploads)
        assert {row["upload_id"] for row in rows(self.database, "upload")} == set(self.uploads)
        assert len(files(self._folder)) == len(self.uploads)

    @invariant()
    def every_job_has_its_upload_its_file_and_its_message(self) -> None:
        found = {(row["account"], row["idempotency_key"]): row["job_id"] for row in rows(self.database, "job")}
        used = {row["job_id"]: row for row in rows(self.database, "upload") if row["job_id"]}
        assert {key: used[job_id]["upload_id"] for key, job_id in found.items()} == self.made
        assert all((self._folder / row["source"]).exists() for row in used.values())
        assert sorted(row["correlation_id"] for row in rows(self.database, "outbox")) == sorted(map(str, used))


@pytest.fixture
def machine(database: Database) -> type[Jobs]:
    class OnThisDatabase(Jobs):
        pass

    OnThisDatabase.database = database
    return OnThisDatabase


def test_any_sequence_keeps_the_rules(machine: type[Jobs]) -> None:
    few = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=few)
