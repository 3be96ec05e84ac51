"""The auxiliary box task."""

from __future__ import annotations

import torch

from detector.pretraining.boxes import BoxHead, box_loss

STRIDES = (8, 16, 32)


def perfect(size: int, xyxy: torch.Tensor) -> torch.Tensor:
    """What a head says that knows the box."""
    rows = []
    for stride in STRIDES:
        for y in range(size // stride):
            for x in range(size // stride):
                px, py = (x + 0.5) * stride, (y + 0.5) * stride
                x1, y1, x2, y2 = xyxy.tolist()
                inside = 20.0 if x1 < px < x2 and y1 < py < y2 else -20.0
                rows.append([inside, *(d / stride for d in (px - x1, py - y1, x2 - px, y2 - py))])
    return torch.tensor(rows)


def test_the_right_answer_costs_nothing_and_a_wrong_one_something() -> None:
    box = torch.tensor([10.0, 6.0, 50.0, 60.0])
    right = perfect(64, box)[None]
    assert box_loss(right, 64, STRIDES, box[None]) < 1e-5
    assert box_loss(perfect(64, torch.tensor([30.0, 30.0, 62.0, 62.0]))[None], 64, STRIDES, box[None]) > 0.5


def test_pictures_without_a_box_teach_nothing() -> None:
    box = torch.tensor([[10.0, 6.0, 50.0, 60.0], [0.0, 0.0, 0.0, 0.0]])
    output = torch.rand(2, 84, 5).requires_grad_()
    loss = box_loss(output, 64, STRIDES, box)
    loss.backward()
    assert torch.equal(loss, box_loss(output[:1], 64, STRIDES, box[:1]))
    assert output.grad is not None
    assert not output.grad[1].any()
    assert torch.isfinite(output.grad).all()


def test_a_box_between_all_cells_is_no_division_by_zero() -> None:
    loss = box_loss(torch.rand(1, 84, 5), 64, STRIDES, torch.tensor([[0.0, 0.0, 3.0, 3.0]]))
    assert torch.isfinite(loss)


def test_the_head_answers_for_every_cell_with_distances_of_two_strides_at_the_start() -> None:
    maps = tuple(torch.zeros(2, c, 64 // s, 64 // s) for c, s in zip((8, 16, 24), STRIDES, strict=True))
    output = BoxHead((8, 16, 24))(maps)
    assert output.shape == (2, 64 + 16 + 4, 5)
    torch.testing.assert_close(output[..., 1:], torch.full((2, 84, 4), 2.0))
