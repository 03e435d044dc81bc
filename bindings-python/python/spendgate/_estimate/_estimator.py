"""Has the engine estimate calls from what can be seen of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendgate._estimate._measure import Measured, measure
from spendgate._options import EstimateFigures, EstimateMode, EstimateRequest

if TYPE_CHECKING:
    from spendgate._answers import Known
    from spendgate._diagnostics import Diagnostics
    from spendgate._ledger import Ledger


@dataclass(frozen=True)
class Shape:
    """What an operation of a client says of a request.

    `inputs` are the parts of the parameters that are sent to the model; `max_output_tokens` the most tokens that the
    answer may have, for each of `n`, 0 where there are none.
    """

    model: str | None
    inputs: Sequence[Any]
    max_output_tokens: float | None = None
    n: float | None = None


@dataclass(frozen=True)
class Expected:
    """What a call is expected to use, in the engine's words; tokens as text."""

    estimate: dict[str, Any] | None
    input_tokens: str | None


_NONE = Expected(None, None)


class Estimator:
    """Estimates calls in the way that the application has chosen."""

    def __init__(
        self,
        ledger: Ledger,
        diagnostics: Diagnostics,
        mode: EstimateMode,
        count_tokens: Callable[[str, str | None], int] | None,
    ) -> None:
        self._ledger = ledger
        self._diagnostics = diagnostics
        self._mode: EstimateMode = mode
        self._count_tokens = count_tokens

    def of(self, shape: Shape, provider: str | None, feature: str | None, params: Mapping[str, Any]) -> Expected:
        """What such a call will use; `params` are as the client takes them, for a function of the application."""
        mode: Any = self._mode
        if callable(mode):
            try:
                mode = mode(EstimateRequest(provider, shape.model, params))
            except Exception as error:
                self._diagnostics.tell("callback_failed", "`estimate` failed; the call is estimated by length", error)
                mode = "auto"
        if isinstance(mode, Mapping):
            return _given(mode)  # type: ignore[arg-type]
        tokens, length, images = self._input(shape)
        known: Known = {
            "model": shape.model,
            "provider": provider if isinstance(provider, str) else None,
            "feature": feature if isinstance(feature, str) else None,
            "mode": "worst_case" if mode == "worst_case" else "auto",
            "input_tokens": tokens,
            "input_bytes": length,
            "images": images,
            "max_output_tokens": _whole(shape.max_output_tokens),
            "n": _whole(shape.n),
        }
        answer = self._ledger.try_ask("invalid_estimate", lambda engine, now: engine.estimate(known, now))
        if answer is None:
            return _NONE
        estimate: dict[str, Any] | None = None if mode == "none" else {**answer}
        return Expected(estimate, answer["input_tokens"])

    def _input(self, shape: Shape) -> tuple[int | None, int, int]:
        """What is sent: tokens where they were counted, else bytes and images."""
        measured = Measured(keeps_texts=self._count_tokens is not None)
        for part in shape.inputs:
            measure(part, measured)
        counted = None
        if measured.texts is not None and measured.images == 0:
            counted = self._count("\n".join(measured.texts), shape.model)
        return (None, measured.bytes, measured.images) if counted is None else (counted, 0, 0)

    def _count(self, text: str, model: str | None) -> int | None:
        try:
            return None if self._count_tokens is None else _whole(self._count_tokens(text, model))
        except Exception as error:
            self._diagnostics.tell(
                "callback_failed", "`count_tokens` failed; the text is estimated by length", error
            )
            return None


def _whole(count: object) -> int | None:
    """A count the engine can read; what is none counts as not given."""
    if isinstance(count, bool) or not isinstance(count, (int, float)):
        return None
    # Not true of NaN either.
    return int(count) if 0 <= count < 2**53 and count == int(count) else None


def _given(figures: EstimateFigures) -> Expected:
    amounts = ("usd", "tokens", "input_tokens", "output_tokens")
    estimate = {name: figures.get(name) for name in amounts if figures.get(name) is not None}
    tokens = figures.get("input_tokens")
    return Expected(estimate, None if tokens is None else str(tokens))
