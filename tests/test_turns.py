import threading

import pytest

from tests.processes import wait_until
from webapp.guard.refusals import Crowded
from webapp.guard.turns import Turns


def test_turns_are_bounded():
    turns, inside, leave = Turns(1, 1), threading.Semaphore(0), threading.Event()

    def take():
        with turns.turn():
            inside.release()
            leave.wait(60)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.acquire()
    wait_until(lambda: turns._chairs._value == 0)
    with pytest.raises(Crowded), turns.turn():
        pass
    assert not inside.acquire(blocking=False), "the second waits for its turn"
    leave.set()
    for thread in threads:
        thread.join()
    with turns.turn():
        pass
