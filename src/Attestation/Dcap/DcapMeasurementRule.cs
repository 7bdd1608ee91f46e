using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.Dcap;

/// <summary>What MRENCLAVE (32 bytes) or MRTD (48 bytes) must be.</summary>
public sealed class DcapMeasurementRule
{
    private readonly ImmutableArray<ByteString> _allowed;

    private DcapMeasurementRule(bool isAny, ImmutableArray<ByteString> allowed)
    {
        IsAny = isAny;
        _allowed = allowed;
    }

    /// <summary>Accepts every program.</summary>
    public static DcapMeasurementRule Any { get; } = new(true, []);

    /// <summary>True for <see cref="Any"/>.</summary>
    public bool IsAny { get; }

    /// <summary>Accepts these; an empty list accepts none.</summary>
    public static DcapMeasurementRule OneOf(ImmutableArray<ByteString> allowed) => new(false, allowed);

    internal RefusalReason? Check(ByteString found, string name) => IsAny || _allowed.Contains(found)
        ? null
        : new RefusalReason(
            Refusal.MeasurementNotAllowed, name, string.Create(CultureInfo.InvariantCulture, $"one of {_allowed.Length} allowed"), $"{found}");
}
