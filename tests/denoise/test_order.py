from __future__ import annotations

import threading
import time

from ldct_viewer.denoise.order import FixedOrder, OrderQueue


def test_goes_outward_from_the_focus():
    assert OrderQueue(6, focus=2).next(6) == [2, 3, 1, 4, 0, 5]


def test_moving_the_focus_reorders_what_remains_and_repeats_nothing():
    queue = OrderQueue(10, focus=0)
    assert queue.next(2) == [0, 1]
    queue.focus(8)
    assert queue.next(3) == [8, 9, 7]
    queue.focus(0)
    assert queue.next(10) == [2, 3, 4, 5, 6]
    assert queue.finished()


def test_hands_out_only_slices_whose_neighbours_are_there():
    queue = OrderQueue(5, focus=2, available=False)
    queue.mark_available([2, 3])
    assert queue.next(5) == []
    queue.mark_available(1)
    assert queue.next(5) == [2]
    queue.mark_available([0, 4])
    assert queue.next(5) == [3, 1, 4, 0]


def test_closing_ends_the_waiting_for_slices_that_never_come():
    queue = OrderQueue(3, available=False)
    queue.mark_available(0)
    assert not queue.finished()
    queue.close()
    assert queue.next(3) == [0]
    assert queue.finished()


def test_given_back_slices_come_again_but_finished_ones_do_not():
    queue = OrderQueue(3, focus=0)
    taken = queue.next(2)
    queue.mark_done([0])
    queue.give_back(taken)
    assert queue.next(3) == [1, 2]
    assert queue.done == 1


def test_wait_wakes_when_a_slice_arrives():
    queue = OrderQueue(1, available=False)
    threading.Timer(0.05, queue.mark_available, [0]).start()
    start = time.monotonic()
    queue.wait(5.0)
    assert time.monotonic() - start < 2.0
    assert queue.next() == [0]


def test_many_threads_never_get_the_same_slice():
    queue, taken, lock = OrderQueue(500), [], threading.Lock()

    def work() -> None:
        while got := queue.next(3):
            with lock:
                taken.extend(got)

    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(taken) == list(range(500))


def test_a_fixed_order_is_kept_whatever_the_focus():
    queue = FixedOrder([4, 0, 2], 5)
    queue.focus(2)
    assert queue.next(9) == [4, 0, 2]
    assert queue.finished()
