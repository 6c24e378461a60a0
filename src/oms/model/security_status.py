"""What a market says of an instrument itself: that it is halted, or traded again."""

from __future__ import annotations

from attrs import field

from oms.errors import ValidationError
from oms.model.define import record
from oms.model.door import moment, shown
from oms.model.enums import SecurityTradingStatus
from oms.model.ids import Symbol
from oms.model.market_fields import symbol as _symbol


@record
class SecurityStatus:
    """Trading in an instrument is halted within its session, or goes on (35=f).

    Attributes:
        symbol: What is traded.
        time_ns: When it was received, in nanoseconds UTC.
        security_trading_status: Whether it is traded (326).

    Raises:
        ValidationError: The status is none, the time is no int from 0 to 2^63 - 1, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    security_trading_status: SecurityTradingStatus

    def __attrs_post_init__(self) -> None:
        """Check the kind."""
        if type(self.security_trading_status) is not SecurityTradingStatus:
            raise ValidationError(
                "security_trading_status",
                shown(self.security_trading_status),
                "pass a member of SecurityTradingStatus, such as SecurityTradingStatus.TRADING_HALT",
            )
