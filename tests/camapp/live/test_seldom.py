"""What happens at every picture is spoken of once a minute."""

from __future__ import annotations

from camapp.live.seldom import PAUSE_S, Seldom


def test_it_is_said_first_and_then_once_a_minute_with_how_often_it_was_not() -> None:
    now_s = 1000.0
    seldom = Seldom(lambda: now_s)
    assert seldom.is_due()
    assert seldom.told() == 0
    assert [seldom.is_due() for _ in range(5)] == [False] * 5
    now_s += PAUSE_S
    assert seldom.is_due()
    assert (seldom.told(), seldom.told()) == (5, 0)
    assert not seldom.is_due()
