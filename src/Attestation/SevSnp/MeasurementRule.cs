using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>What MEASUREMENT must be.</summary>
public sealed class MeasurementRule
{
    private readonly ImmutableArray<ByteString> _allowed;

    private MeasurementRule(bool isAny, ImmutableArray<ByteString> allowed)
    {
        IsAny = isAny;
        _allowed = allowed;
    }

    /// <summary>Accepts every program.</summary>
    public static MeasurementRule Any { get; } = new(true, []);

    /// <summary>True for <see cref="Any"/>.</summary>
    public bool IsAny { get; }

    /// <summary>Accepts these launch digests; an empty list accepts none.</summary>
    public static MeasurementRule OneOf(ImmutableArray<ByteString> allowed)
    {
        foreach (ByteString measurement in allowed)
        {
            if (measurement.Length != 48)
            {
                throw new ArgumentException("MEASUREMENT is 48 bytes", nameof(allowed));
            }
        }

        return new MeasurementRule(false, allowed);
    }

    internal RefusalReason? Check(ByteString found) => IsAny || _allowed.Contains(found)
        ? null
        : new RefusalReason(
            Refusal.MeasurementNotAllowed,
            "MEASUREMENT",
            string.Create(CultureInfo.InvariantCulture, $"one of {_allowed.Length} allowed"),
            $"{found}",
            SnpReport.MeasurementOffset);
}
