"""A job of more chunks than may be on their way at once."""

from tests.e2e.api import Api
from tests.e2e.rows import document, row


def test_every_row_of_a_job_that_is_larger_than_the_window_has_its_outcome(api: Api) -> None:
    rows = [row() for _ in range(20_500)]  # 21 chunks; 16 are in flight at most
    answer = api.create(api.upload(document(rows)))
    job = api.wait(answer.json["job_id"], seconds=150)
    assert (job["state"], job["rows"], job["created"]) == ("completed", 20_500, 20_500)
    assert (job["failed"], job["not_processed"]) == (0, 0)
    summary = api.summary(job["job_id"])
    assert [told["email"] for told in summary] == [asked["email"] for asked in rows]
    assert {told["type"] for told in summary} == {"successful"}
    assert len({told["user_id"] for told in summary}) == 20_500
