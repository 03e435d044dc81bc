"""The asynchronous twins of the plain verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate._verbs import Verbs

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from spendgate._answers import Amount, Explanation, Usage, UsageReport
    from spendgate._attributes import Attributes
    from spendgate._native import Decision, Settled
    from spendgate._options import EstimateFigures


class AsyncVerbs(Verbs):
    """As the plain verbs; what they wait for, the first policy of a URL, they wait for beside the event loop."""

    async def areserve(
        self, *, model: str | None = None, estimate: EstimateFigures | None = None, **attributes: Unpack[Attributes]
    ) -> Decision:
        """As `reserve`."""
        await self.calls.astart()
        return self.reserve(model=model, estimate=estimate, **attributes)

    async def apreview(
        self, *, model: str | None = None, estimate: EstimateFigures | None = None, **attributes: Unpack[Attributes]
    ) -> Decision:
        """As `preview`."""
        await self.calls.astart()
        return self.preview(model=model, estimate=estimate, **attributes)

    async def asettle(
        self,
        reserved: Decision | str,
        *,
        usd: Amount | None = None,
        tokens: Amount | None = None,
        input_tokens: Amount | None = None,
        output_tokens: Amount | None = None,
        usage: object = None,
        ok: bool | None = None,
        latency_ms: int | None = None,
    ) -> Settled | None:
        """As `settle`."""
        return self.settle(
            reserved,
            usd=usd,
            tokens=tokens,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            usage=usage,
            ok=ok,
            latency_ms=latency_ms,
        )

    async def arelease(self, reserved: Decision | str, *, ok: bool | None = None, latency_ms: int | None = None) -> None:
        """As `release`."""
        self.release(reserved, ok=ok, latency_ms=latency_ms)

    async def arecord(
        self,
        *,
        model: str | None = None,
        usd: Amount | None = None,
        tokens: Amount | None = None,
        input_tokens: Amount | None = None,
        output_tokens: Amount | None = None,
        usage: object = None,
        **attributes: Unpack[Attributes],
    ) -> None:
        """As `record`."""
        await self.calls.astart()
        self.record(
            model=model,
            usd=usd,
            tokens=tokens,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            usage=usage,
            **attributes,
        )

    async def ausage(self, *, model: str | None = None, **attributes: Unpack[Attributes]) -> Usage:
        """As `usage`."""
        await self.calls.astart()
        return self.usage(model=model, **attributes)

    async def aexplain(self, *, model: str | None = None, **attributes: Unpack[Attributes]) -> Explanation:
        """As `explain`."""
        await self.calls.astart()
        return self.explain(model=model, **attributes)

    async def areport(self) -> UsageReport:
        """As `report`."""
        await self.calls.astart()
        return self.report()

    async def ametrics(self) -> str:
        """As `metrics`."""
        await self.calls.astart()
        return self.metrics()
