from __future__ import annotations

import threading

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


def test_given_back_slices_come_again_but_finished_ones_do_not():
    queue = OrderQueue(3, focus=0)
    taken = queue.next(2)
    queue.mark_done([0])
    queue.give_back(taken)
    assert queue.next(3) == [1, 2]
    assert queue.done == 1


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
