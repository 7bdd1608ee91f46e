using System.Numerics;
using Ait.Chain.Abi;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <summary>Rates and duration bounds in force, and the arithmetic of work and time that follows from them (twin of Rates.sol).</summary>
internal sealed class RateBook
{
    private const ulong NominalMillis = 3_600_000;
    private const ulong DefaultSlack = 60_000;
    private const ulong MicroPerUnit = 1_000_000;

    /// <summary>Seats that a task may pay at most.</summary>
    private const int MostPaidSeats = SeatDraw.MostSeats;

    private readonly Dictionary<byte, uint> _classRates = [];
    private readonly Dictionary<(ushort WorkloadType, byte Class), (ulong Least, ulong Most, ulong Slack)> _bounds = [];

    internal BigInteger MintRate { get; private set; }

    internal BigInteger RedeemPrice { get; private set; }

    internal BigInteger LowestRedeemPrice { get; private set; }

    /// <summary>False if a redemption could mint as much as it burns.</summary>
    internal bool SetRates(BigInteger mintRate, BigInteger redeemPrice)
    {
        BigInteger lowest = LowestRedeemPrice.IsZero ? redeemPrice : BigInteger.Min(LowestRedeemPrice, redeemPrice);
        bool holds = mintRate * MostPaidSeats < lowest && MintRate * MostPaidSeats < redeemPrice;
        (MintRate, RedeemPrice, LowestRedeemPrice) = (mintRate, redeemPrice, lowest);
        return holds;
    }

    /// <summary>How many of 65,536 tasks settle only if a further seat agrees.</summary>
    internal ushort AuditShare { get; set; }

    internal void SetClassRate(byte deviceClass, uint unitsPerHour) => _classRates[deviceClass] = unitsPerHour;

    internal void SetBounds(ushort workloadType, byte deviceClass, AbiValue bounds) =>
        _bounds[(workloadType, deviceClass)] = (bounds[0].AsUInt64(), bounds[1].AsUInt64(), bounds[2].AsUInt64());

    /// <summary>Least and most milliseconds that a claim may state, and the device time that the work uses up at least.</summary>
    internal (BigInteger Least, BigInteger Most, BigInteger Clock) Terms(ushort workloadType, byte deviceClass, ulong microUnits)
    {
        BigInteger rate = _classRates[deviceClass];
        BigInteger units = microUnits;
        BigInteger clock = ((24 * units) + (7 * rate) - 1) / (7 * rate);
        if (!_bounds.TryGetValue((workloadType, deviceClass), out (ulong Least, ulong Most, ulong Slack) bounds))
        {
            return (NominalMillis / rate / 20 * units / MicroPerUnit, DefaultSlack + (NominalMillis * 20 / rate * units / MicroPerUnit), clock);
        }

        return (bounds.Least * units / MicroPerUnit, bounds.Slack + (bounds.Most * units / MicroPerUnit), clock);
    }
}
