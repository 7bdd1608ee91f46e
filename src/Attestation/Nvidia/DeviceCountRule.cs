namespace Ait.Attestation.Nvidia;

/// <summary>How many GPUs one judgement must cover.</summary>
public sealed record DeviceCountRule
{
    private readonly int _expected;

    private DeviceCountRule(bool isAny, int expected)
    {
        IsAny = isAny;
        _expected = expected;
    }

    /// <summary>However many are given.</summary>
    public static DeviceCountRule Any { get; } = new(true, 0);

    /// <summary>True for <see cref="Any"/>.</summary>
    public bool IsAny { get; }

    /// <summary>Exactly this many.</summary>
    public static DeviceCountRule Exactly(int expected) => new(false, expected);

    internal RefusalReason? Check(int found) => IsAny || found == _expected
        ? null
        : new RefusalReason(Refusal.DeviceCount, "GPUs", $"{_expected}", $"{found}");
}
