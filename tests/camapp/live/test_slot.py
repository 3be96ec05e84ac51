"""The hand-overs: the newest frame for live, every frame for recordings."""

from __future__ import annotations

from threading import Thread

from camapp.live.handover import BoundedQueue
from camapp.live.slot import LatestSlot


def test_the_newest_item_replaces_the_one_before_and_the_loss_is_counted() -> None:
    slot: LatestSlot[int] = LatestSlot()
    assert slot.put(1)
    assert not slot.put(2)
    assert slot.take(0) == 2
    assert slot.dropped == 1


def test_an_empty_slot_gives_none_after_the_timeout() -> None:
    assert LatestSlot[int]().take(0.001) is None


def test_a_waiting_taker_gets_what_is_put() -> None:
    slot: LatestSlot[int] = LatestSlot()
    taken: list[int | None] = []
    thread = Thread(target=lambda: taken.append(slot.take(10)))
    thread.start()
    slot.put(7)
    thread.join(10)
    assert taken == [7]


def test_wake_lets_a_taker_return_without_an_item_once() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.wake()
    assert slot.take(10) is None
    slot.put(1)
    slot.wake()
    assert slot.take(10) == 1
    assert slot.take(0.001) is None


def test_a_closed_slot_still_gives_what_is_in_it_and_takes_nothing_more() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    assert not slot.put(2)
    assert slot.take(10) == 1
    assert slot.take(10) is None


def test_a_queue_gives_all_that_was_put_in_order_though_it_is_short() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2)

    def give() -> None:
        for i in range(100):
            queue.put(i)
        queue.close()

    thread = Thread(target=give)
    thread.start()
    assert list(queue) == list(range(100))
    thread.join(10)


def test_an_offer_to_a_full_queue_is_refused_at_once() -> None:
    queue: BoundedQueue[int] = BoundedQueue(1)
    assert queue.offer(1)
    assert not queue.offer(2)
    assert len(queue) == 1


def test_a_giver_who_waits_for_room_is_released_when_the_taker_cancels() -> None:
    queue: BoundedQueue[int] = BoundedQueue(1)
    queue.put(1)
    answers: list[bool] = []
    thread = Thread(target=lambda: answers.append(queue.put(2)))
    thread.start()
    queue.cancel()
    thread.join(10)
    assert answers == [False]
    assert list(queue) == []
