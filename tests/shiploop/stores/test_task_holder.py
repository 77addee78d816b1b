"""Who works on a task, for a runner that was paused to see that it is not the one any more."""

from shiploop.bootstrap import Services
from shiploop.stores.tasks import Lease
from tests.builders import NOON, TASK_ID, a_request


def held_task(services: Services, consumer: str) -> Lease:
    """A task that was accepted, and whose item this consumer holds."""
    services.task_queue.create_group()
    services.intake.accept(TASK_ID, a_request(), NOON, 100)
    (item,) = services.task_queue.take(consumer, 1, 50)
    return Lease(consumer, item.item_id)


def take_over(services: Services, consumer: str) -> Lease:
    """The lease of another consumer, who has taken the item over."""
    taken = services.task_queue.take_over(consumer, 0)
    assert taken is not None
    return Lease(consumer, taken[0].item_id)


def test_the_holder_of_the_item_works_on_the_task(services: Services) -> None:
    assert services.tasks.hold(TASK_ID, held_task(services, "one"))
    assert not services.tasks.taken_over(TASK_ID, "one")


def test_a_task_is_taken_over_once_another_runner_has_begun(services: Services) -> None:
    services.tasks.hold(TASK_ID, held_task(services, "one"))
    other = take_over(services, "two")
    assert not services.tasks.taken_over(TASK_ID, "one")
    assert services.tasks.hold(TASK_ID, other)
    assert services.tasks.taken_over(TASK_ID, "one")


def test_a_runner_that_comes_back_late_does_not_get_the_task_again(services: Services) -> None:
    late = held_task(services, "one")
    services.tasks.hold(TASK_ID, take_over(services, "two"))
    assert not services.tasks.hold(TASK_ID, late)
    assert services.tasks.taken_over(TASK_ID, "one")
