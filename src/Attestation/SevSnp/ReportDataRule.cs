namespace Ait.Attestation.SevSnp;

/// <summary>What REPORT_DATA must be.</summary>
public sealed record ReportDataRule
{
    private readonly ByteString _expected;

    private ReportDataRule(bool isAny, ByteString expected)
    {
        IsAny = isAny;
        _expected = expected;
    }

    /// <summary>Accepts every value: the evidence is bound to nothing.</summary>
    public static ReportDataRule Any { get; } = new(true, default);

    /// <summary>True for <see cref="Any"/>.</summary>
    public bool IsAny { get; }

    /// <summary>Accepts exactly these 64 bytes.</summary>
    public static ReportDataRule Exactly(ByteString expected) => expected.Length == 64
        ? new ReportDataRule(false, expected)
        : throw new ArgumentException("REPORT_DATA is 64 bytes", nameof(expected));

    internal RefusalReason? Check(ByteString found) => IsAny || found == _expected
        ? null
        : new RefusalReason(Refusal.ReportDataMismatch, "REPORT_DATA", $"{_expected}", $"{found}", SnpReport.ReportDataOffset);
}
