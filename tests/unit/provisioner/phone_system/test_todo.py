from services.provisioner.phone_system.client import Row
from services.provisioner.phone_system.progress import Progress
from services.provisioner.phone_system.todo import Todo
from tests.unit.provisioner.making import JOB, OTHER_JOB, new_seat


def rows(*lines: int) -> list[Row]:
    return [Row(account="acme", job_id=JOB, user_id=OTHER_JOB, seat=new_seat(line)) for line in lines]


def taken(todo: Todo, now: float = 0.0) -> list[int]:
    found = []
    while row := todo.next(now):
        found.append(row.line)
    return found


def test_rows_come_in_the_order_of_lines_and_decided_ones_not_at_all() -> None:
    progress = Progress(asked=6, made={2, 5})
    assert taken(Todo(rows(7, 2, 4, 3, 5, 9, 6), progress)) == [3, 4, 6, 7, 9]


def test_when_a_job_is_cancelled_only_rows_in_doubt_are_left() -> None:
    todo = Todo(rows(2, 3, 4, 5, 6), Progress(asked=3))
    assert [row.line for row in (todo.next(0.0), todo.next(0.0), todo.next(0.0)) if row] == [2, 3, 4]
    todo.put_back(rows(3)[0])
    todo.put_back(rows(4)[0])  # it was not called
    todo.drop_new()
    assert taken(todo) == [3]


def test_a_row_that_was_answered_with_a_rest_is_in_doubt() -> None:
    todo = Todo(rows(2, 3), Progress())
    [row] = [todo.next(0.0)]
    assert row is not None
    todo.put_back(row, in_doubt=True)
    todo.drop_new()
    assert taken(todo) == [2]


def test_a_row_that_failed_is_tried_again_later_and_then_left() -> None:
    todo = Todo(rows(2, 3), Progress())
    row = todo.next(0.0)
    assert row is not None
    todo.failed(row, 10.0)
    assert (todo.ready(10.0), todo.wait(10.0)) == (1, 0.5)
    assert taken(todo, 10.0) == [3]
    assert todo
    assert taken(todo, 10.5) == [2]
    todo.failed(row, 20.0)
    assert taken(todo, 21.9) == []
    assert taken(todo, 22.0) == [2]
    todo.failed(row, 30.0)
    assert not todo
    assert todo.left == [row]


def test_how_far_to_note_ahead() -> None:
    todo = Todo(rows(2, 3, 4, 10), Progress())
    assert [todo.ahead(1), todo.ahead(3), todo.ahead(64)] == [2, 4, 10]
    assert Todo((), Progress()).ahead(64) == 0
